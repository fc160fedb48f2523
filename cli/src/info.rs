//! `amio info`: format, length and loudness of files.

use crate::args::Info;
use crate::failure::{Failure, Result, printed};
use crate::interrupt::Interrupt;
use crate::status::Status;
use amio::{ChannelLevels, FileInfo, Loudness};
use serde::Serialize;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

/// Runs the subcommand. If a file cannot be read, the others are still read.
pub fn run(args: &Info, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let mut out = std::io::stdout().lock();
    let mut objects = Vec::new();
    let mut failed = 0;
    for (n, path) in args.files.iter().enumerate() {
        let measured = measure(path, status, &interrupt);
        if let Err(failure @ Failure::Interrupted) = measured {
            return Err(failure);
        }
        match (&measured, args.json) {
            (Ok((info, loudness)), true) => objects.push(Object::of(path, info, loudness)),
            (Ok((info, loudness)), false) => {
                let between = if n > failed { "\n" } else { "" };
                printed(write!(out, "{between}{}", text(path, info, loudness)))?;
            }
            (Err(failure), json) => {
                failed += 1;
                failure.report();
                if json {
                    objects.push(Object::failed(path, failure));
                }
            }
        }
    }
    if args.json {
        let json = serde_json::to_string_pretty(&objects).map_err(|e| Failure::of("JSON", e))?;
        printed(writeln!(out, "{json}"))?;
    }
    printed(out.flush())?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Runtime(format!(
            "{failed} of {} files could not be read",
            args.files.len()
        ))),
    }
}

/// The information in the file's header, and the measured levels.
fn measure(path: &Path, status: Status, interrupt: &Interrupt) -> Result<(FileInfo, Loudness)> {
    let info = amio::probe(path).map_err(|e| named(path, e))?;
    let bar = status.progress(Some(0), "measuring");
    let measured = Loudness::of_file(path, &mut |now| {
        bar.set_length(now.total_frames);
        bar.set_position(now.done_frames);
        match interrupt.asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish_and_clear();
    interrupt.check()?;
    let loudness = measured.map_err(|e| named(path, e))?;
    status.warn_of_bad_samples(path.display(), loudness.bad_samples);
    Ok((info, loudness))
}

/// The error as a failure whose message names the file.
pub fn named(path: &Path, error: amio::Error) -> Failure {
    let (path, text) = (path.display().to_string(), error.to_string());
    match text.contains(&path) {
        true => Failure::Runtime(text),
        false => Failure::of(path, text),
    }
}

/// The report about one file as text.
fn text(path: &Path, file: &FileInfo, loudness: &Loudness) -> String {
    let info = loudness.info;
    let lufs = |value: Option<f64>| match value {
        Some(value) => format!("{value:.1} LUFS"),
        None => "not measured".to_owned(),
    };
    let mut length = format!("{} ({} frames)", clock(seconds(loudness)), info.frames);
    if file.frames != info.frames {
        length += &format!("; {} frames by its header", file.frames);
    }
    let mut rows = vec![
        ("container", file.container.to_owned()),
        ("encoding", file.encoding.to_owned()),
        ("rate", format!("{} Hz", info.frame_rate_hz)),
        ("channels", info.channels.to_string()),
        ("length", length),
        ("integrated", lufs(loudness.integrated_lufs)),
    ];
    if let Some(range) = loudness.range_lu {
        rows.push(("range", format!("{range:.1} LU")));
    }
    rows.extend([
        ("loudest 3 s", lufs(loudness.max_short_term_lufs)),
        ("loudest 0.4 s", lufs(loudness.max_momentary_lufs)),
        (
            "true peak",
            format!("{} dBTP", decibels(loudness.true_peak().into())),
        ),
        (
            "sample peak",
            format!("{} dBFS", decibels(loudness.sample_peak().into())),
        ),
    ]);
    let mut text = format!("{}\n", path.display());
    for (name, value) in rows {
        text += &format!("  {name:<14} {value}\n");
    }
    text += &format!(
        "\n  {:<8}{:>12}{:>13}{:>11}{:>12}{:>12}\n",
        "channel", "true peak", "sample peak", "RMS", "DC offset", "clipped"
    );
    for (n, levels) in loudness.channels.iter().enumerate() {
        let [between, peak, rms] = decibels_of(levels).map(|db| format!("{} dB", shown(db)));
        // Not "-0.000000".
        let offset = if levels.dc_offset.abs() < 5e-7 {
            0.0
        } else {
            levels.dc_offset
        };
        let clipped = levels.clipped;
        text += &format!("  {n:<8}{between:>12}{peak:>13}{rms:>11}{offset:>12.6}{clipped:>12}\n");
    }
    text
}

/// The report about one file as JSON. The names of the fields end in their units.
#[derive(Serialize)]
#[serde(untagged)]
enum Object {
    Measured {
        file: String,
        container: &'static str,
        encoding: &'static str,
        bits_per_sample: Option<u16>,
        frame_rate_hz: u32,
        channels: u16,
        frames: u64,
        seconds: f64,
        integrated_lufs: Option<f64>,
        range_lu: Option<f64>,
        max_short_term_lufs: Option<f64>,
        max_momentary_lufs: Option<f64>,
        true_peak_dbtp: Option<f64>,
        sample_peak_dbfs: Option<f64>,
        bad_samples: u64,
        levels: Vec<Levels>,
    },
    Failed {
        file: String,
        error: String,
    },
}

#[derive(Serialize)]
struct Levels {
    true_peak_dbtp: Option<f64>,
    sample_peak_dbfs: Option<f64>,
    rms_dbfs: Option<f64>,
    dc_offset: f64,
    clipped_samples: u64,
}

impl Object {
    fn of(path: &Path, file: &FileInfo, loudness: &Loudness) -> Object {
        let levels = |levels: &ChannelLevels| {
            let [true_peak_dbtp, sample_peak_dbfs, rms_dbfs] = decibels_of(levels);
            Levels {
                true_peak_dbtp,
                sample_peak_dbfs,
                rms_dbfs,
                dc_offset: levels.dc_offset,
                clipped_samples: levels.clipped,
            }
        };
        Object::Measured {
            file: path.display().to_string(),
            container: file.container,
            encoding: file.encoding,
            bits_per_sample: file.bits_per_sample,
            frame_rate_hz: loudness.info.frame_rate_hz,
            channels: loudness.info.channels,
            frames: loudness.info.frames,
            seconds: seconds(loudness),
            integrated_lufs: loudness.integrated_lufs,
            range_lu: loudness.range_lu,
            max_short_term_lufs: loudness.max_short_term_lufs,
            max_momentary_lufs: loudness.max_momentary_lufs,
            true_peak_dbtp: to_decibels(loudness.true_peak().into()),
            sample_peak_dbfs: to_decibels(loudness.sample_peak().into()),
            bad_samples: loudness.bad_samples,
            levels: loudness.channels.iter().map(levels).collect(),
        }
    }

    fn failed(path: &Path, failure: &Failure) -> Object {
        Object::Failed {
            file: path.display().to_string(),
            error: failure.to_string(),
        }
    }
}

fn seconds(loudness: &Loudness) -> f64 {
    loudness.info.frames as f64 / f64::from(loudness.info.frame_rate_hz)
}

/// True peak, sample peak, RMS.
fn decibels_of(levels: &ChannelLevels) -> [Option<f64>; 3] {
    [
        to_decibels(levels.true_peak.into()),
        to_decibels(levels.sample_peak.into()),
        to_decibels(levels.rms),
    ]
}

/// `None` for silence.
fn to_decibels(linear: f64) -> Option<f64> {
    (linear > 0.0).then(|| 20.0 * linear.log10())
}

/// A level in decibels as all messages write it: with one decimal, and "-inf" for silence.
pub fn decibels(linear: f64) -> String {
    shown(to_decibels(linear))
}

fn shown(decibels: Option<f64>) -> String {
    decibels.map_or("-inf".into(), |db| {
        // Not "-0.0".
        format!("{:.1}", if db.abs() < 0.05 { 0.0 } else { db })
    })
}

/// A time in seconds, as m:ss or as h:mm:ss, with milliseconds.
pub fn clock(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0).round() as u64;
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, s) = (seconds / 60, seconds % 60);
    match minutes {
        0 => format!("{s}.{rest:03} s"),
        1..60 => format!("{minutes}:{s:02}.{rest:03}"),
        _ => format!("{}:{:02}:{s:02}.{rest:03}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_long_as_they_need_to_be() {
        assert_eq!(clock(0.0004), "0.000 s");
        assert_eq!(clock(59.9994), "59.999 s");
        assert_eq!(clock(59.9996), "1:00.000");
        assert_eq!(clock(3_599.5), "59:59.500");
        assert_eq!(clock(36_061.25), "10:01:01.250");
    }

    #[test]
    fn levels_are_written_with_one_digit() {
        assert_eq!(decibels(0.5), "-6.0");
        assert_eq!(decibels(1.0), "0.0");
        assert_eq!(decibels(0.999), "0.0");
        assert_eq!(decibels(0.0), "-inf");
    }
}
