//! The `amio` program. It renders, plays, plots and checks arrangements, records input, examines audio files, measures
//! latencies, and looks after the ports and connections of JACK servers.
//!
//! Flow: `args` -> one module for each subcommand -> the public Rust API of the library.
//! Results go to stdout, everything else to stderr. The exit codes are in `failure`.
#![forbid(unsafe_code)]

mod args;
mod arrangement;
mod check;
mod completions;
mod correlate;
mod devices;
mod driver;
mod failure;
mod find;
mod format;
mod info;
mod interrupt;
mod jack;
mod latency;
mod levels;
mod manual;
mod offsets;
mod output;
mod play;
mod plot;
mod reader;
mod record;
mod render;
mod status;
mod timeline;

use args::{Args, Command};
use clap::Parser;
use status::Status;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Args::parse();
    let status = Status { quiet: args.quiet };
    let done = match &args.command {
        Command::Render(args) => render::run(args, status),
        Command::Play(args) => play::run(args, status),
        Command::Record(args) => record::run(args, status),
        Command::Plot(args) => plot::run(args, status),
        Command::Info(args) => info::run(args, status),
        Command::Check(args) => check::run(args),
        Command::Find(args) => find::run(args),
        Command::Devices(args) => devices::run(args),
        Command::Latency(args) => latency::run(args, status),
        Command::Ports(args) => jack::ports::run_ports(args),
        Command::Connect(args) => jack::connect::connect(args),
        Command::Disconnect(args) => jack::connect::disconnect(args, status),
        Command::Graph(args) => jack::graph::run_action(args, status),
        Command::Transport(args) => jack::transport::run_action(args),
        Command::Midi(args) => jack::midi::run_action(args, status),
        Command::Watch(args) => jack::watch::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => manual::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}
