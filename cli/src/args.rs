//! The command line.

mod alsa;
mod jack;

pub use alsa::Alsa;
pub use jack::*;

use crate::arrangement::value::Length;
use crate::format::{Audio, Picture};
use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Play audio clips at exact frames: render, play, record, plot; look after a JACK server.
#[derive(Parser)]
#[command(
    name = "amio",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_help = "\
Examples:
  amio render song.toml -o song.wav        render an arrangement to a file
  amio play song.toml                      play an arrangement through JACK
  amio play --driver alsa song.toml        play it on a sound card, without a server
  amio play --driver null one.wav two.wav  play files one after another, without a device
  amio record take.wav --duration 10s      record ten seconds of input
  amio plot song.toml -o song.png          draw an arrangement: its timeline and its waveform
  amio plot take.wav -o take.png           draw the waveform of a file
  amio latency --store                     measure the way from output to input, by a cable
  amio info take.wav                       print the format, length and loudness of a file
  amio ports --connections                 print what is connected to what on a JACK server
  amio graph restore studio.json --watch   keep the connections of a file as clients come and go

The format of an arrangement is described in docs/ARRANGEMENT.md.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted before the result was complete.")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print only errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Render an arrangement to an audio file
    Render(Render),
    /// Play an arrangement, or audio files one after another
    Play(Play),
    /// Record input to an audio file, until the duration has passed or Ctrl-C
    Record(Record),
    /// Draw an arrangement (entries on a timeline, and the waveform) or an audio file
    Plot(Plot),
    /// Print the format, length and loudness of audio files
    Info(Info),
    /// Check that every entry of an arrangement is at its frame in a recording
    Check(Check),
    /// Print the frames at which a clip begins in a recording
    Find(Find),
    /// List the drivers and their devices
    Devices(Devices),
    /// Measure how long sound takes from the output to the input, by a cable or a loopback
    Latency(Latency),
    /// List the ports of a JACK server
    Ports(Ports),
    /// Connect two ports of a JACK server
    Connect(Connect),
    /// Disconnect ports of a JACK server
    Disconnect(Disconnect),
    /// Save and restore the connections of a JACK server
    Graph(Graph),
    /// Start, stop and move the transport of a JACK server
    Transport(Transport),
    /// Print the MIDI events of a JACK server
    Midi(Midi),
    /// Print what happens on a JACK server
    Watch(Watch),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Write the man pages into a folder
    Man(Manual),
}

/// Arguments of `amio render`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio render song.toml -o song.wav
  amio render song.toml -o song.flac --samples i16
  amio render song.toml -o - | aplay

The suffix of OUT selects the format: .flac, .w64 or .wav (also .wave and .rf64; a file that grows
beyond 4 GiB is RF64). The file gets its name when it is complete; until then, an existing file of
that name stays.

An existing audio file is replaced. Files of other kinds, and files that are protected from writing,
are replaced only with --force. Files that the command reads are never replaced. If OUT is a symbolic
link, the file that it points to is replaced.

`-` is the standard output, which may be a pipe or a redirected file. To `-` and to named pipes without
a suffix, the format is WAV unless --format is given.")]
pub struct Render {
    /// The arrangement, a TOML file
    pub arrangement: PathBuf,
    /// The file to write; - is the standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// How it is written
    #[command(flatten)]
    pub file: AudioFile,
}

/// How an audio file is written.
#[derive(clap::Args)]
pub struct AudioFile {
    /// The format of the file [default: selected by the suffix of its name]
    #[arg(long, value_enum)]
    pub format: Option<Audio>,
    /// The sample format; integers are clipped at full scale [default: f32; for FLAC i24]
    #[arg(long, value_enum)]
    pub samples: Option<Samples>,
    /// Replace an existing file of any kind
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `amio play`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio play song.toml
  amio play --server studio one.wav two.wav
  amio play --driver alsa --device plughw:0 song.toml
  amio play --driver null song.toml

The command ends when all sound has been played, or on Ctrl-C.")]
pub struct Play {
    /// One arrangement (.toml), or one or more audio files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where the sound goes
    #[command(flatten)]
    pub driver: Driver,
    /// What is known of its latencies
    #[command(flatten)]
    pub correction: Correction,
}

/// Arguments of `amio record`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio record take.wav
  amio record take.flac --duration 10s --channels 1
  amio record take.wav --begin 2s --end 12s
  amio record take.wav --driver alsa --device hw:0
  amio record take.wav --duration 480000 --driver null
  amio record - --format flac | ssh studio 'cat >take.flac'

LENGTH and PLACE are a number of frames, or a time as in 1.5s or 20ms. --begin and --end count from the
first frame that is captured. Lost frames are replaced by silence, so that all later frames keep their
places; their number is printed at the end.

The suffix of OUT selects the format: .flac, .w64 or .wav (also .wave and .rf64; a file that grows
beyond 4 GiB is RF64). Other programs can open the file while it grows.

An existing audio file is replaced. Files of other kinds, and files that are protected from writing,
are replaced only with --force.

`-` is the standard output, which may be a pipe or a redirected file. To `-` and to named pipes without
a suffix, the format is WAV unless --format is given.")]
pub struct Record {
    /// The file to write; - is the standard output
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// How it is written
    #[command(flatten)]
    pub file: AudioFile,
    /// How long to record [default: until --end or Ctrl-C]
    #[arg(short, long, value_name = "LENGTH", value_parser = Length::parse, conflicts_with = "end")]
    pub duration: Option<Length>,
    /// The first frame to record [default: the first that is captured]
    #[arg(long, value_name = "PLACE", value_parser = Length::parse)]
    pub begin: Option<Length>,
    /// The end of the recording: the first frame that is not recorded any more
    #[arg(long, value_name = "PLACE", value_parser = Length::parse)]
    pub end: Option<Length>,
    /// The number of inputs to record
    #[arg(short, long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: u16,
    /// Where the sound comes from
    #[command(flatten)]
    pub driver: Driver,
    /// What is known of its latencies
    #[command(flatten)]
    pub correction: Correction,
}

/// Arguments of `amio plot`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio plot song.toml -o song.png --width 2400
  amio plot take.wav -o take.svg
  amio plot take.wav -o click.png --from 1.5s --to 1.52s

A waveform shows the root mean square of the samples (RMS) and, in a lighter colour, their lowest and
highest values. A red mark above the waveform shows a sample at or beyond full scale. The bar of an
entry is paler where the entry fades.

The suffix of OUT selects the format: .png or .svg. An existing picture is replaced. Files of other
kinds, and files that are protected from writing, are replaced only with --force. Files that the
command reads are never replaced.

`-` is the standard output. To `-` and to named pipes without a suffix, the format is PNG unless
--format is given.")]
pub struct Plot {
    /// The arrangement, a TOML file, or an audio file
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    /// The picture to write; - is the standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// The format of the picture [default: selected by the suffix of its name]
    #[arg(long, value_enum)]
    pub format: Option<Picture>,
    /// Replace an existing file of any kind
    #[arg(long)]
    pub force: bool,
    /// The first frame to show: a number of frames, or a time as in 1.5s or 20ms [default: 0]
    #[arg(long, value_name = "PLACE", value_parser = Length::parse, allow_hyphen_values = true)]
    pub from: Option<Length>,
    /// The first frame after those to show [default: the end; needed if there is no end]
    #[arg(long, value_name = "PLACE", value_parser = Length::parse, allow_hyphen_values = true)]
    pub to: Option<Length>,
    /// The width in pixels; the height follows from the contents
    #[arg(long, default_value_t = 1600, value_parser = clap::value_parser!(u32).range(400..=16_000))]
    pub width: u32,
}

/// Arguments of `amio info`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio info take.wav
  amio info --json *.wav | jq '.[].integrated_lufs'

Loudness is measured as EBU R128 says. One channel is counted once; two channels are stereo; three are
left, right and centre; four to eight are a surround layout in the order of WAV files. The loudness of
more than eight channels is not measured. True peaks are measured with four times oversampling. A
sample counts as clipped if its magnitude is 32767/32768 or more. The exit code is 1 if a file could
not be read.")]
pub struct Info {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print a JSON array with an object for each file; levels of silence, and values that are not
    /// measured, are null
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `amio check`.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  amio render song.toml -o song.wav && amio check song.toml song.wav

The command searches the whole recording for each entry by normalised cross-correlation. The exit code
is 1 if an entry was not found at exactly its frame, or was found where the arrangement has none.")]
pub struct Check {
    /// The arrangement, a TOML file
    pub arrangement: PathBuf,
    /// A recording of the arrangement that begins at its first frame
    #[arg(value_name = "MIX.wav")]
    pub mix: PathBuf,
    /// How alike they must be
    #[command(flatten)]
    pub likeness: Likeness,
}

/// Arguments of `amio find`.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  amio find click.wav take.wav

Prints one line for each place: frame, seconds, channel of the recording, likeness. The exit code is 1
if there is no such place.")]
pub struct Find {
    /// The clip to search for
    #[arg(value_name = "CLIP.wav")]
    pub clip: PathBuf,
    /// The recording to search
    #[arg(value_name = "MIX.wav")]
    pub mix: PathBuf,
    /// How alike they must be
    #[command(flatten)]
    pub likeness: Likeness,
}

/// When a place counts as found.
#[derive(clap::Args)]
pub struct Likeness {
    /// The least likeness of clip and recording that counts as found, from 0 (unrelated) to 1 (equal
    /// except for loudness) [default: by the length of the clip, from 0.8 for the shortest to 0.25]
    #[arg(long, value_name = "LIKENESS", value_parser = likeness)]
    pub threshold: Option<f32>,
}

/// Arguments of `amio devices`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio devices
  amio devices --json | jq -r '.devices[] | select(.playback) | .name'

In the table of ALSA, * marks the default, - is a direction that the device does not have, and ? is not
known: a device that is in use, or that might disturb others, is not opened. The JSON says why.")]
pub struct Devices {
    /// The JACK server to ask [default: the default server]
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub server: Option<String>,
    /// Print a JSON object: an array of devices, and the drivers that are not available
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `amio completions`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio completions bash >~/.local/share/bash-completion/completions/amio
  amio completions zsh >~/.zfunc/_amio
  amio completions fish >~/.config/fish/completions/amio.fish

`make install` installs all three scripts.")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells for which there is a completion script.
#[derive(Clone, Copy, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Arguments of `amio man`.
#[derive(clap::Args)]
pub struct Manual {
    /// The folder for amio.1 and the pages of all subcommands
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// The driver and its options.
#[derive(clap::Args)]
pub struct Driver {
    /// jack: a JACK server or PipeWire; alsa: a sound card, without a server; null: no device, in real time
    #[arg(long = "driver", value_enum, default_value_t = Kind::Jack)]
    pub kind: Kind,
    /// The JACK server [default: the default server]
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub server: Option<String>,
    /// The program's name at the JACK server
    #[arg(long, default_value = "amio", value_parser = NonEmptyStringValueParser::new())]
    pub name: String,
    /// Frames per period [default: the server's, or 256]
    #[arg(long, value_name = "FRAMES")]
    pub period: Option<u32>,
    /// The real-time priority of the audio thread, where the driver has one of its own, 1 to 99
    /// [default: 10 (null), 60 (alsa)]
    #[arg(long, value_name = "PRIORITY", value_parser = clap::value_parser!(u8).range(1..=99))]
    pub realtime_priority: Option<u8>,
    /// What is asked of ALSA's devices
    #[command(flatten)]
    pub alsa: Alsa,
}

/// By how much the driver's latencies are corrected.
#[derive(clap::Args)]
pub struct Correction {
    /// By how many frames sound takes longer from the output to the input than the driver reports; negative
    /// if it takes less time [default: what `amio latency` has stored, or 0]
    #[arg(long, value_name = "FRAMES", allow_negative_numbers = true,
        value_parser = clap::value_parser!(i32).range(-(1 << 20)..=1 << 20))]
    pub latency_offset: Option<i32>,
}

/// Arguments of `amio latency`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio latency
  amio latency --store
  amio latency system:playback_3 system:capture_3
  amio latency --json | jq .offset_frames

Connect the first output of the device to its first input with a cable, or put a microphone in front of
the loudspeaker, or name two JACK ports between which another program passes sound on. The command plays
impulses, and looks for them in the input. It prints how long they take, and by how many frames that is
longer than the driver reports. The exit code is 1 if most of them do not come back.

With --store, the latter is kept in $XDG_CONFIG_HOME/amio/latency.toml (by default in ~/.config), by driver
and server or device, for the frame rate at which it was measured. `amio play` and `amio record` use it.")]
pub struct Latency {
    /// The JACK port to which the impulses are sent [default: the first of the device]
    #[arg(value_name = "DESTINATION", requires = "source", value_parser = NonEmptyStringValueParser::new())]
    pub destination: Option<String>,
    /// The JACK port by which they come back
    #[arg(value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub source: Option<String>,
    /// How many impulses are sent, half a second apart
    #[arg(long, value_name = "NUMBER", default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub times: u16,
    /// Store the result for `amio play` and `amio record`
    #[arg(long)]
    pub store: bool,
    /// Print a JSON object
    #[arg(long)]
    pub json: bool,
    /// Which device
    #[command(flatten)]
    pub driver: Driver,
}

/// The drivers that run in real time.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    Jack,
    Alsa,
    Null,
}

/// How samples are stored in a file: integers of 16 or 24 bits, or 32-bit floats.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Samples {
    I16,
    I24,
    F32,
}

fn likeness(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("it must be above 0 and at most 1".into()),
    }
}
