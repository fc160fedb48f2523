//! `amio plot`: an arrangement or a file as a picture.
//!
//! Flow: [`arrangement`] or [`file`] gathers [`wave`]s -> draws them on a [`sheet`], which has the layout
//! and colours of both -> a [`canvas`], which is a list of shapes -> [`raster`] or [`svg`].

mod arrangement;
mod axis;
mod canvas;
mod file;
mod raster;
mod sheet;
mod svg;
mod wave;

use crate::args::Plot;
use crate::arrangement::ArrangementFile;
use crate::arrangement::value::Length;
use crate::failure::{Failure, Result};
use crate::format::Picture;
use crate::interrupt::Interrupt;
use crate::output::{Draft, Output, Wanted};
use crate::status::Status;
use canvas::Canvas;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::ops::{Range, RangeInclusive};
use std::path::Path;

/// A picture, and the range of frames that it shows.
struct Drawn {
    canvas: Canvas,
    seconds: f64,
}

/// Runs the subcommand.
pub fn run(args: &Plot, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let file = match is_arrangement(&args.input) {
        true => Some(ArrangementFile::read(&args.input)?),
        false => None,
    };
    let inputs = file
        .as_ref()
        .map_or_else(|| vec![args.input.clone()], ArrangementFile::inputs);
    let (output, format) = Output::find(&Wanted {
        path: &args.output,
        inputs: &inputs,
        format: args.format,
        force: args.force,
    })?;
    let drawn = match file {
        Some(file) => arrangement::draw(file.open()?, args, status, &interrupt)?,
        None => file::draw(args, status, &interrupt)?,
    };
    let picture = match format {
        Picture::Png => raster::png(&drawn.canvas)?,
        Picture::Svg => svg::svg(&drawn.canvas),
    };
    match output {
        Output::File(target) => {
            let draft = Draft::create(target)?;
            let written = fs::write(draft.path(), &picture);
            written.map_err(|error| Failure::of(args.output.display(), error))?;
            draft.publish()?;
        }
        Output::Pipe(pipe) => {
            let put = || Ok(pipe.open()?.write_all(&picture));
            let written = interrupt.waiting(put)?;
            written.map_err(|error| Failure::of_writing(args.output.display(), &error))?;
        }
    }
    status.say(format_args!(
        "{}: {:.3} s drawn",
        args.output.display(),
        drawn.seconds
    ));
    Ok(())
}

/// Whether a file is an arrangement: its name ends in .toml, or it is text. Audio files are never text.
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

/// The frames to show, from `--from` and `--to`; `frames`: how many there are.
fn range_of(args: &Plot, frames: u64, rate_hz: u32) -> Result<Range<u64>> {
    let place = |option: &str, place: Option<Length>, allowed: RangeInclusive<u64>, unless: u64| {
        let Some(place) = place else {
            return Ok(unless);
        };
        let frame = place.frames(rate_hz);
        match u64::try_from(frame) {
            Ok(frame) if allowed.contains(&frame) => Ok(frame),
            _ => Err(Failure::Usage(format!(
                "{option} is frame {frame}; it must be {} to {}",
                allowed.start(),
                allowed.end()
            ))),
        }
    };
    if frames == 0 && (args.from.is_some() || args.to.is_some()) {
        return Err(Failure::Usage(format!(
            "{}: has no frames; there is nothing for --from and --to",
            args.input.display()
        )));
    }
    let from = place("--from", args.from, 0..=frames.saturating_sub(1), 0)?;
    let to = place("--to", args.to, from + 1..=frames, frames)?;
    Ok(from..to)
}
