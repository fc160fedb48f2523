//! `amio record`: input to a file, every frame in its place.

use crate::args::{Format, Record};
use crate::arrangement::value::Length;
use crate::driver;
use crate::failure::{Failure, Result};
use crate::interrupt::{Interrupt, RESPONSE};
use crate::status::Status;
use amio::{
    Config, Error, FileFormat, Interface, MAX_POSITION, Recorder, RecorderConfig, RecorderState,
};
use indicatif::ProgressBar;
use std::path::Path;

/// Runs the subcommand. Ctrl-C completes the file.
pub fn run(args: &Record, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let interface = Interface::new(Config {
        input_channels: args.channels,
        output_channels: 0,
        ..args.driver.config()
    })?;
    let rate_hz = interface.frame_rate_hz();
    let config = RecorderConfig {
        format: file_format(&args.output, args.format)?,
        ..place(args, rate_hz)?
    };
    let recorder = interface.record(&args.output, &config)?;
    interface.set_rolling(true)?;
    interface.start()?;
    status.say(format_args!(
        "recording {} channels at {rate_hz} Hz from {}; Ctrl-C ends it",
        args.channels,
        interface.config().driver.name()
    ));
    let from_to = || Some((config.end? - config.begin.unwrap_or(0)) as u64);
    let bar = status.progress(config.frames.or_else(from_to), "recording");
    // Whatever ends it: what was recorded so far is kept.
    let ended = watch(&recorder, &interface, &interrupt, &bar, status);
    let stopped = recorder.stop();
    bar.finish_and_clear();
    let xruns = interface.stats().xruns;
    interface.close();
    let take = recorder.recording();
    if take.clipped_samples > 0 {
        let samples = take.clipped_samples;
        status.warn(format_args!(
            "{samples} samples were clipped at full scale; f32 would keep them"
        ));
    }
    status.warn_of_bad_samples(args.output.display(), take.bad_samples);
    status.say(format_args!(
        "{}: {} frames, {:.3} s, {} channels at {rate_hz} Hz; {} frames lost, {} skipped, {xruns} xruns",
        args.output.display(),
        take.frames,
        take.frames as f64 / f64::from(rate_hz),
        args.channels,
        take.lost_frames,
        take.skipped_frames,
    ));
    stopped?;
    ended
}

/// Waits until the recording is complete, the user ends it, or the interface fails.
fn watch(
    recorder: &Recorder,
    interface: &Interface,
    interrupt: &Interrupt,
    bar: &ProgressBar,
    status: Status,
) -> Result<()> {
    loop {
        let take = recorder.recording();
        bar.set_position(take.frames);
        let ended = matches!(take.state, RecorderState::Ended | RecorderState::Failed);
        if ended || interrupt.asked() {
            return Ok(());
        }
        match interface.wait_event(RESPONSE) {
            Ok(event) => bar.suspend(|| driver::tell(&event, status))?,
            Err(Error::Timeout { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// From where to where, and how long.
fn place(args: &Record, rate_hz: u32) -> Result<RecorderConfig> {
    const MOST: i64 = MAX_POSITION / 2;
    let frames = |option: &str, length: Option<Length>, least: i64| {
        let frames = length.map(|length| length.frames(rate_hz));
        match frames {
            Some(frames) if !(least..=MOST).contains(&frames) => Err(Failure::Usage(format!(
                "{option} is {frames} frames; it must be {least} to {MOST}"
            ))),
            fine => Ok(fine),
        }
    };
    let begin = frames("--begin", args.begin, 0)?;
    let end = frames("--end", args.end, begin.unwrap_or(0) + 1)?;
    let duration = frames("--duration", args.duration, 1)?;
    Ok(RecorderConfig {
        begin,
        end,
        frames: duration.map(|frames| frames as u64),
        ..RecorderConfig::default()
    })
}

/// What the name of a file and `--format` ask for.
fn file_format(path: &Path, format: Option<Format>) -> Result<FileFormat> {
    let is_flac = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("flac"));
    match (is_flac, format) {
        (false, Some(Format::I16)) => Ok(FileFormat::Wav16),
        (false, Some(Format::I24)) => Ok(FileFormat::Wav24),
        (false, Some(Format::F32) | None) => Ok(FileFormat::WavF32),
        (true, Some(Format::I16)) => Ok(FileFormat::Flac16),
        (true, Some(Format::I24) | None) => Ok(FileFormat::Flac24),
        (true, Some(Format::F32)) => Err(Failure::Usage(
            "--format f32 is not for FLAC, which has integers: i16 or i24".into(),
        )),
    }
}
