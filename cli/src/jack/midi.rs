//! `amio midi monitor`: the MIDI events that come in, with their frames.

use super::midi_text::{described, hex};
use super::{json, open_as};
use crate::args::{Midi, MidiAction, Monitor};
use crate::failure::{Result, written};
use crate::interrupt::Interrupt;
use crate::reader::wait_for;
use crate::status::Status;
use amio::jack::{Link, MidiMessage};
use serde::Serialize;
use std::io::Write;
use std::time::Duration;

/// As many events may wait for being printed; longer ones count several times.
const CAPACITY: usize = 65_536;

/// An event as it is printed in JSON.
#[derive(Serialize)]
struct Line<'a> {
    frame: u32,
    bytes: &'a [u8],
    text: String,
}

/// Runs the subcommand.
pub fn run_action(args: &Midi, status: Status) -> Result<()> {
    match &args.action {
        MidiAction::Monitor(args) => monitor(args, status),
    }
}

/// Prints events until Ctrl-C, or until the server or the reader of the text goes.
fn monitor(args: &Monitor, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let (client, receiver) = interrupt.waiting(|| {
        let client = open_as("amio-midi", &args.server)?;
        let (_, input) = client.register_midi_input("in")?;
        let receiver = client.receive_midi(input, CAPACITY)?;
        client.activate()?;
        Ok((client, receiver))
    })?;
    // PipeWire may have given the client another name, which only the client knows.
    let own = format!("{}:in", client.name()?);
    let links = args.ports.iter().map(|source| Link::new(source, &own));
    for outcome in interrupt.waiting(|| Ok(client.connect_all(links)))? {
        outcome.result?;
    }
    status.say(format_args!("listening at {own}; Ctrl-C ends it"));
    let mut lost = 0;
    while !interrupt.asked() {
        wait_for(&receiver)?;
        let event = receiver.wait(Duration::ZERO)?;
        let now_lost = receiver.lost();
        if now_lost > lost {
            status.warn(format_args!("{} events were lost", now_lost - lost));
            lost = now_lost;
        }
        if let Some(event) = event {
            print(args, &event)?;
        }
    }
    Ok(())
}

fn print(args: &Monitor, event: &MidiMessage) -> Result<()> {
    let MidiMessage { frame, bytes } = event;
    let text = described(bytes);
    let line = match args.json {
        true => json(
            &Line {
                frame: *frame,
                bytes,
                text,
            },
            false,
        )?,
        false => format!("{frame:>10}  {:<8}  {text}", hex(bytes)),
    };
    let mut out = std::io::stdout().lock();
    written("stdout", writeln!(out, "{line}").and_then(|()| out.flush()))
}
