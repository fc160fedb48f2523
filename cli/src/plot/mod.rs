//! `amio plot`: an arrangement or a file as a picture.

mod arrangement;
mod axis;
mod canvas;
mod file;
mod waveform;

use crate::args::Plot;
use crate::arrangement::Arrangement;
use crate::failure::{Failure, Result, written};
use crate::format::{Format, Picture, is_picture};
use crate::interrupt::Interrupt;
use crate::output::{Draft, Output, Wanted};
use crate::status::Status;
use canvas::{Canvas, Rgb};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

const BACKGROUND: Rgb = Rgb(255, 255, 255);
const PANEL: Rgb = Rgb(246, 247, 249);
const STRIPE: Rgb = Rgb(238, 240, 244);
const GRID: Rgb = Rgb(214, 218, 226);
const INK: Rgb = Rgb(24, 28, 36);
const FAINT_INK: Rgb = Rgb(92, 100, 114);
const WAVE: Rgb = Rgb(58, 92, 150);

const TEXT: f32 = 17.0;
const SMALL: f32 = 15.0;

/// A picture, and how much sound it shows.
struct Drawn {
    png: Vec<u8>,
    seconds: f64,
}

/// Runs the subcommand.
pub fn run(args: &Plot, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    Picture::of(&args.output, args.format)?;
    let arrangement = match is_arrangement(&args.input) {
        true => Some(Arrangement::open(&args.input)?),
        false => None,
    };
    let output = Output::find(&Wanted {
        path: &args.output,
        inputs: arrangement
            .as_ref()
            .map_or(std::slice::from_ref(&args.input), |a| &a.inputs),
        force: args.force,
        kind: ("picture", is_picture),
    })?;
    let drawn = match &arrangement {
        Some(arrangement) => arrangement::draw(arrangement, args, status, &interrupt)?,
        None => file::draw(args, status, &interrupt)?,
    };
    match output {
        Output::File(target) => {
            let draft = Draft::create(target)?;
            let written = fs::write(draft.path(), &drawn.png);
            written.map_err(|error| Failure::of(args.output.display(), error))?;
            draft.publish()?;
        }
        Output::Stream(mut stream) => {
            let sent = stream.write_all(&drawn.png).and_then(|()| stream.flush());
            written(args.output.display(), sent)?;
        }
    }
    status.say(format_args!(
        "{}: {:.3} s drawn",
        args.output.display(),
        drawn.seconds
    ));
    Ok(())
}

/// Whether a file is called one, or is text; audio never is.
fn is_arrangement(path: &Path) -> bool {
    if path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("toml"))
    {
        return true;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut head));
    let control = |byte: &u8| *byte < b' ' && !byte.is_ascii_whitespace();
    read.is_ok() && !head.is_empty() && !head.iter().any(control) && head[0] != 0xFF
}

/// The text, shortened to a width.
fn fitting(canvas: &Canvas, text: &str, size: f32, width: f32) -> String {
    let mut kept = text.to_owned();
    while canvas.text_width(&kept, size) > width && kept.pop().is_some() {}
    if kept.len() < text.len() {
        kept.pop();
        kept.push('…');
    }
    kept
}
