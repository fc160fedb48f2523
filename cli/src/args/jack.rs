//! The part of the command line that is about a JACK server: its ports, connections, transport, events.

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use std::path::PathBuf;

/// Which server.
#[derive(Clone, clap::Args)]
pub struct Server {
    /// The JACK server [default: the default server]
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub server: Option<String>,
}

/// Arguments of `amio ports`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio ports
  amio ports --physical --connections
  amio ports --json '^bitwig' | jq -r '.[].name'

PATTERN is an extended regular expression (POSIX). Latencies are in frames: for capture from the device to
the port, for playback from the port to the device.")]
pub struct Ports {
    /// Only ports whose full name has a match of this
    #[arg(value_name = "PATTERN", default_value = "", hide_default_value = true)]
    pub pattern: String,
    /// Only outputs, which others receive from
    #[arg(long)]
    pub outputs: bool,
    /// Only inputs, which others send to
    #[arg(long, conflicts_with = "outputs")]
    pub inputs: bool,
    /// Only audio ports
    #[arg(long)]
    pub audio: bool,
    /// Only MIDI ports
    #[arg(long, conflicts_with = "audio")]
    pub midi: bool,
    /// Only ports of devices
    #[arg(long)]
    pub physical: bool,
    /// Print a tree of clients, ports and connections
    #[arg(long, conflicts_with_all = ["json", "names"])]
    pub connections: bool,
    /// Print nothing but the names, one in each line
    #[arg(long, conflicts_with = "json")]
    pub names: bool,
    /// Print a JSON array with an object for each port
    #[arg(long)]
    pub json: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio connect`.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  amio connect amio:output_l system:playback_1

The names are full names, as `amio ports --names` prints them. Ports that are connected already are no
failure.")]
pub struct Connect {
    /// The output
    #[arg(value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub source: String,
    /// The input
    #[arg(value_name = "DESTINATION", value_parser = NonEmptyStringValueParser::new())]
    pub destination: String,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio disconnect`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio disconnect amio:output_l system:playback_1
  amio disconnect amio:output_l")]
pub struct Disconnect {
    /// The output; without DESTINATION, a port of either kind
    #[arg(value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub port: String,
    /// The input [default: all connections of SOURCE are ended]
    #[arg(value_name = "DESTINATION", value_parser = NonEmptyStringValueParser::new())]
    pub destination: Option<String>,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio graph`.
#[derive(clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Graph {
    /// What to do with the graph.
    #[command(subcommand)]
    pub action: GraphAction,
}

/// What to do with the graph.
#[derive(Subcommand)]
pub enum GraphAction {
    /// Write all connections to a file
    Save(Save),
    /// Make the connections of a file
    Restore(Restore),
}

/// Arguments of `amio graph save`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio graph save studio.json
  amio graph save - | jq '.connections | length'

The file is JSON: an object whose `connections` is an array of objects with `source` and `destination`.
An existing file of this kind is replaced; other files, and one with rules, only with --force. `-` is the
standard output.")]
pub struct Save {
    /// The file to write; - is the standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace an existing file of any kind
    #[arg(long)]
    pub force: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio graph restore`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio graph restore studio.json
  amio graph restore studio.json --keep --watch

The file has `connections`, as `amio graph save` writes them; their ports may be named by aliases. Beside
these or instead of them, it has `rules`, which are patterns of connections:

  {\"rules\": [{\"source\": \"bitwig.*:out_(\\\\d+)\", \"destination\": \"system:playback_\\\\1\"}]}

The source of a rule is a regular expression for the whole name of an output. In its destination, \\1 to \\9
stand for what the groups have matched, \\0 for the whole name. JSON wants each backslash twice. Rules ask
for nothing where there is no such input.

Without --watch, the exit code is 1 if a connection could not be made or ended. With --watch, ports may be
missing; the connections are made each time that one of their ports comes, also after a restart of the
server. A connection that somebody ends while both ports stay is not made again, and other connections
that are made meanwhile stay.")]
pub struct Restore {
    /// The file to read
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Keep connections that the file does not have; without this, they are ended
    #[arg(long)]
    pub keep: bool,
    /// Go on as clients come and go, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio transport`.
#[derive(clap::Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  amio transport locate 480000
  amio transport start
  amio transport status --json | jq .frame"
)]
pub struct Transport {
    /// What to do with the transport.
    #[command(subcommand)]
    pub action: TransportAction,
}

/// What to do with the transport.
#[derive(Subcommand)]
pub enum TransportAction {
    /// Start the transport
    Start(TransportChange),
    /// Stop the transport
    Stop(TransportChange),
    /// Move the transport to a frame
    Locate(Locate),
    /// Print what the transport does, and where it is
    Status(TransportStatus),
}

/// Arguments of `amio transport start` and `stop`.
#[derive(clap::Args)]
pub struct TransportChange {
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio transport locate`.
#[derive(clap::Args)]
pub struct Locate {
    /// The frame
    #[arg(value_name = "FRAME")]
    pub frame: u32,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio transport status`.
#[derive(clap::Args)]
pub struct TransportStatus {
    /// Print a JSON object; what nobody says is null
    #[arg(long)]
    pub json: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio midi`.
#[derive(clap::Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Example:
  amio midi monitor"
)]
pub struct Midi {
    /// What to do with MIDI.
    #[command(subcommand)]
    pub action: MidiAction,
}

/// What to do with MIDI.
#[derive(Subcommand)]
pub enum MidiAction {
    /// Print the MIDI events that come in
    Monitor(Monitor),
}

/// Arguments of `amio midi monitor`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio midi monitor
  amio midi monitor a2j:keyboard --json | jq .frame

Prints one line for each event: its frame by JACK's clock, its bytes in hexadecimal digits, and what they
say. Other programs can connect more ports to amio-midi:in. Ends on Ctrl-C, or with the server; then the
exit code is 1.")]
pub struct Monitor {
    /// MIDI outputs to connect [default: none; connect them to amio-midi:in]
    #[arg(value_name = "PORT", value_parser = NonEmptyStringValueParser::new())]
    pub ports: Vec<String>,
    /// Print a JSON object for each event, one in each line
    #[arg(long)]
    pub json: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}

/// Arguments of `amio watch`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio watch
  amio watch --json | jq -r 'select(.event == \"port\") | .name'

Ends on Ctrl-C, or with the server; then the exit code is 1.")]
pub struct Watch {
    /// Print a JSON object for each event, one in each line
    #[arg(long)]
    pub json: bool,
    /// Which server
    #[command(flatten)]
    pub server: Server,
}
