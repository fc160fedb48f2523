//! The command line.

use crate::arrangement::value::Length;
use crate::format::{Audio, Picture};
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Play audio clips at exact frames: render, play, record, plot.
#[derive(Parser)]
#[command(
    name = "amio",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_help = "\
Examples:
  amio render song.toml -o song.wav        an arrangement to a file
  amio play song.toml                      the same through JACK, as it sounds
  amio play --driver null one.wav two.wav  files in turn, without a device
  amio record take.wav --duration 10s      ten seconds of input
  amio plot song.toml -o song.png          its timeline above its waveform
  amio plot take.wav -o take.png           the waveform of a file
  amio info take.wav                       what a file holds, and how loud it is

The format of an arrangement is described in docs/ARRANGEMENT.md.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted before the result was complete.")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing but errors.
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
    /// Draw an arrangement, its entries on a timeline above the waveform, or an audio file
    Plot(Plot),
    /// Print what audio files hold, how long and how loud they are
    Info(Info),
    /// Look in a recording for every entry of an arrangement, and compare frames
    Check(Check),
    /// Print the frames at which a clip begins in a recording
    Find(Find),
    /// List the drivers, and what is known of each
    Devices(Devices),
    /// Print the script with which a shell completes command lines of amio
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

The ending of OUT decides the format: .flac, .w64, .wav (.wave, .rf64; past 4 GiB it is RF64). A file
appears when it is complete; until then, whatever had that name stays. An existing audio file is
replaced, any other file and one that is protected from writing with --force alone, and what is read
never. A link stays, and the file that it leads to is replaced. `-` is the standard output, a pipe or a
redirected file; it and named pipes without an ending get WAV unless --format says otherwise.")]
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
    /// The format of the file; without it, the suffix of its name decides
    #[arg(long, value_enum)]
    pub format: Option<Audio>,
    /// How samples are stored; integers are clipped at full scale. Without it f32, in FLAC i24
    #[arg(long, value_enum)]
    pub samples: Option<Samples>,
    /// Replace an existing file of this name
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `amio play`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio play song.toml
  amio play --server studio one.wav two.wav
  amio play --driver null song.toml

It ends when the sound has ended, or on Ctrl-C.")]
pub struct Play {
    /// One arrangement (.toml), or audio files of any kind
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where the sound goes
    #[command(flatten)]
    pub driver: Driver,
}

/// Arguments of `amio record`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio record take.wav
  amio record take.flac --duration 10s --channels 1
  amio record take.wav --begin 2s --end 12s
  amio record take.wav --duration 480000 --driver null
  amio record - --format flac | ssh studio 'cat >take.flac'

A duration is a number of frames, or seconds as in 1.5s or 20ms; so are --begin and --end, counted from
the first frame that comes. Frames that were lost are filled with silence, so that what follows keeps
its place, and are counted at the end. The ending of OUT decides the format: .flac, .w64, .wav (.wave,
.rf64; past 4 GiB it is RF64). The file can be opened while it grows. An existing audio file is replaced,
any other file and one that is protected from writing with --force alone. `-` is the standard output, a
pipe or a redirected file; it and named pipes without an ending get WAV unless --format says otherwise.")]
pub struct Record {
    /// The file to write; - is the standard output
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// How it is written
    #[command(flatten)]
    pub file: AudioFile,
    /// How long; without it until --end or Ctrl-C
    #[arg(short, long, value_name = "LENGTH", value_parser = Length::parse, conflicts_with = "end")]
    pub duration: Option<Length>,
    /// The first frame that is recorded; without it the first that comes
    #[arg(long, value_name = "PLACE", value_parser = Length::parse)]
    pub begin: Option<Length>,
    /// The first frame that is no longer recorded
    #[arg(long, value_name = "PLACE", value_parser = Length::parse)]
    pub end: Option<Length>,
    /// How many inputs
    #[arg(short, long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: u16,
    /// Where the sound comes from
    #[command(flatten)]
    pub driver: Driver,
}

/// Arguments of `amio plot`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio plot song.toml -o song.png --width 2400
  amio plot take.wav -o take.svg
  amio plot take.wav -o click.png --from 1.5s --to 1.52s

The waveform of a file shows the range of its samples, in a lighter colour, around their root mean
square. Where a sample is at or beyond full scale there is a red mark above it. Bars of entries are paler
where the sound fades. The ending of OUT decides the format: .png or .svg. An existing picture is
replaced, any other file and one that is protected from writing with --force alone, and what is read
never. `-` is the standard output; it and named pipes without an ending get PNG unless --format says
otherwise.")]
pub struct Plot {
    /// The arrangement, a TOML file, or an audio file
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    /// The picture to write; - is the standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// The format of the picture; without it, the suffix of its name decides
    #[arg(long, value_enum)]
    pub format: Option<Picture>,
    /// Replace an existing file of this name; without it, only a picture is replaced
    #[arg(long)]
    pub force: bool,
    /// The first frame that is shown: a number of frames, or seconds as in 1.5s or 20ms
    #[arg(long, value_name = "PLACE", value_parser = Length::parse, allow_hyphen_values = true)]
    pub from: Option<Length>,
    /// The first frame that is no longer shown; without it the end, if there is one
    #[arg(long, value_name = "PLACE", value_parser = Length::parse, allow_hyphen_values = true)]
    pub to: Option<Length>,
    /// Width in pixels; the height follows from what is drawn
    #[arg(long, default_value_t = 1600, value_parser = clap::value_parser!(u32).range(400..=16_000))]
    pub width: u32,
}

/// Arguments of `amio info`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio info take.wav
  amio info --json *.wav | jq '.[].integrated_lufs'

Loudness is by EBU R128: 1 channel is counted once, 2 are stereo, 3 left, right and centre, 4 to 8 a
surround layout in the order of WAV files; with more, it is not measured. True peaks are those between
samples, from four times as many samples. A sample counts as clipped from 32767/32768 on. The exit
code is 1 if a file could not be read.")]
pub struct Info {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print a JSON array with an object for each file; what is silent or not measured is null
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `amio check`.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  amio render song.toml -o song.wav && amio check song.toml song.wav

Each entry is looked for in the whole recording by normalised cross-correlation. The exit code is
1 if one was not found at exactly the frame where it was placed, or was found where none was placed.")]
pub struct Check {
    /// The arrangement, a TOML file
    pub arrangement: PathBuf,
    /// The recording of it, from its first frame on
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

Prints one line for each place: frame, seconds, channel of the recording, likeness.")]
pub struct Find {
    /// What to look for
    #[arg(value_name = "CLIP.wav")]
    pub clip: PathBuf,
    /// Where to look
    #[arg(value_name = "MIX.wav")]
    pub mix: PathBuf,
    /// How alike they must be
    #[command(flatten)]
    pub likeness: Likeness,
}

/// When a place counts as found.
#[derive(clap::Args)]
pub struct Likeness {
    /// How alike clip and recording must be, from 0 (not at all) to 1 (the same but for loudness);
    /// without it what chance does not reach: 0.8 for the shortest clips, 0.25 for long ones
    #[arg(long, value_name = "LIKENESS", value_parser = likeness)]
    pub threshold: Option<f32>,
}

/// Arguments of `amio devices`.
#[derive(clap::Args)]
pub struct Devices {
    /// The JACK server to ask; without it the default one
    #[arg(long)]
    pub server: Option<String>,
}

/// Arguments of `amio completions`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  amio completions bash >~/.local/share/bash-completion/completions/amio
  amio completions zsh >~/.zfunc/_amio
  amio completions fish >~/.config/fish/completions/amio.fish

`make install` puts all three in place.")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that are known.
#[derive(Clone, Copy, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Arguments of `amio man`.
#[derive(clap::Args)]
pub struct Manual {
    /// Where amio.1 and the pages of all subcommands go
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub folder: PathBuf,
}

/// Which driver, and how it is opened.
#[derive(clap::Args)]
pub struct Driver {
    /// jack: a JACK server or PipeWire; null: no device, in real time
    #[arg(long = "driver", value_enum, default_value_t = Kind::Jack)]
    pub kind: Kind,
    /// The JACK server; without it the default one
    #[arg(long)]
    pub server: Option<String>,
    /// The name under which the program appears at the server
    #[arg(long, default_value = "amio")]
    pub name: String,
    /// Frames per period; without it the server's
    #[arg(long, value_name = "FRAMES")]
    pub period: Option<u32>,
}

/// The drivers that run by themselves.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    Jack,
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
