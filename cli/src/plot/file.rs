//! Draws the waveform of a file, one channel below the other: the range of the samples, and their root
//! mean square on both sides of the zero line.

use super::axis;
use super::canvas::Canvas;
use super::sheet::{BOTTOM, GAP, Sheet, columns, edge, wave_height};
use super::wave::{Columns, Wave};
use super::{Drawn, range_of};
use crate::args::Plot;
use crate::failure::Result;
use crate::info::{clock, decibels, named};
use crate::interrupt::Interrupt;
use crate::status::Status;
use amio::{Analysis, Clip, OpenOptions, Progress};
use std::ops::{ControlFlow, Range};
use std::path::Path;

const TOP: f32 = 112.0;

/// Draws a file.
pub fn draw(args: &Plot, status: Status, interrupt: &Interrupt) -> Result<Drawn> {
    let analysis = analyse(&args.input, status, interrupt)?;
    let info = analysis.loudness.info;
    status.warn_of_bad_samples(args.input.display(), analysis.loudness.bad_samples);
    let range = range_of(args, info.frames, info.frame_rate_hz)?;
    let waves = waves(&args.input, &analysis, range.clone(), columns(args.width))?;
    Ok(Drawn {
        canvas: picture(args, &analysis, &waves, range.clone())?,
        seconds: (range.end - range.start) as f64 / f64::from(info.frame_rate_hz),
    })
}

fn analyse(path: &Path, status: Status, interrupt: &Interrupt) -> Result<Analysis> {
    let bar = status.progress(Some(0), "reading");
    let analysis = Analysis::of_file(path, &mut |now: Progress| {
        bar.set_length(now.total_frames);
        bar.set_position(now.done_frames);
        match interrupt.asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish_and_clear();
    interrupt.check()?;
    analysis.map_err(|e| named(path, e))
}

/// The waves of a range of frames: from the overview or, if that is too coarse, from the samples.
fn waves(path: &Path, analysis: &Analysis, range: Range<u64>, columns: usize) -> Result<Vec<Wave>> {
    const FINEST: u64 = 256;
    let channels = analysis.loudness.info.channels;
    if range.end - range.start > 8 * FINEST * columns as u64 {
        let waves = (0..channels).map(|channel| {
            let buckets = analysis.overview.buckets(channel, range.clone(), columns)?;
            Ok(Wave::new(buckets.collect()))
        });
        return waves.collect();
    }
    let clip = Clip::open_stream(path, &OpenOptions::default()).map_err(|e| named(path, e))?;
    let mut gathered = Columns::new(range.clone(), columns, channels.into());
    let mut block = vec![0.0; 1 << 14];
    for begin in range.clone().step_by(block.len()) {
        let frames = (range.end - begin).min(block.len() as u64) as usize;
        for channel in 0..channels {
            clip.read(channel, begin, &mut block[..frames]);
            for (frame, sample) in (begin..).zip(&block[..frames]) {
                gathered.add(frame, channel.into(), *sample);
            }
        }
    }
    Ok(gathered.waves())
}

fn picture(args: &Plot, analysis: &Analysis, waves: &[Wave], range: Range<u64>) -> Result<Canvas> {
    let loudness = &analysis.loudness;
    let info = loudness.info;
    let height = wave_height(waves.len());
    let top = |channel: usize| TOP + channel as f32 * (height + GAP);
    let bottom = top(waves.len()) - GAP;
    let mut sheet = Sheet::new(args.width, bottom + BOTTOM, range, info.frame_rate_hz)?;

    let name = args.input.file_name().unwrap_or(args.input.as_os_str());
    let about = format!(
        "{} at {} Hz, {}",
        clock(info.frames as f64 / f64::from(info.frame_rate_hz)),
        axis::thousands(info.frame_rate_hz.into()),
        match info.channels {
            1 => "1 channel".to_owned(),
            channels => format!("{channels} channels"),
        }
    );
    sheet.title(&name.to_string_lossy(), &about, &loud(analysis));
    let edge = edge(waves.iter().map(|wave| wave.peak).fold(0.0, f32::max));
    for (channel, wave) in waves.iter().enumerate() {
        let name = format!("channel {channel}");
        sheet.panel(top(channel), height, edge, &name, wave.peak);
    }
    sheet.axes(TOP, bottom);
    for (channel, wave) in waves.iter().enumerate() {
        sheet.wave(top(channel), height, edge, wave);
    }
    sheet.legend(bottom);
    Ok(sheet.canvas)
}

/// The levels of the whole file as text.
fn loud(analysis: &Analysis) -> String {
    let loudness = &analysis.loudness;
    let mut loud = Vec::new();
    if let Some(lufs) = loudness.integrated_lufs {
        loud.push(format!("{lufs:.1} LUFS"));
    }
    if let Some(range) = loudness.range_lu {
        loud.push(format!("range {range:.1} LU"));
    }
    let peak = decibels(loudness.true_peak().into());
    loud.push(format!("true peak {peak} dBTP"));
    let clipped: u64 = loudness.channels.iter().map(|c| c.clipped).sum();
    if clipped > 0 {
        loud.push(format!("{} clipped", axis::thousands(clipped as i64)));
    }
    loud.join(", ")
}
