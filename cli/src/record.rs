//! `amio record`: records input to a file.

use crate::args::Record;
use crate::arrangement::value::Length;
use crate::driver;
use crate::failure::{Failure, Result};
use crate::format::channels;
use crate::interrupt::{Interrupt, RESPONSE};
use crate::levels::Levels;
use crate::offsets;
use crate::output::{Output, Wanted};
use crate::status::Status;
use amio::{
    Config, Error, Interface, MAX_POSITION, Recorder, RecorderConfig, RecorderState, Recording,
};
use console::Term;
use indicatif::ProgressBar;
use std::time::{Duration, Instant};

/// Runs the subcommand. Ctrl-C completes the file.
pub fn run(args: &Record, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let (output, audio) = Output::find(&Wanted {
        path: &args.output,
        inputs: &[],
        format: args.file.format,
        force: args.file.force,
    })?;
    let format = audio.with(args.file.samples)?;
    let config = Config {
        input_channels: args.channels,
        output_channels: 0,
        ..args.driver.config()?
    };
    let interface =
        interrupt.waiting(|| offsets::open(&args.driver, &args.correction, config, status))?;
    let rate_hz = interface.frame_rate_hz();
    let config = RecorderConfig {
        format,
        ..place(args, rate_hz)?
    };
    let (recorder, is_read) = match output {
        Output::File(target) => (interface.record(&target, &config)?, false),
        Output::Pipe(pipe) => {
            let begin = || Ok(interface.record_stream(&args.output, pipe.open()?, &config)?);
            (interrupt.waiting(begin)?, true)
        }
    };
    interface.set_rolling(true)?;
    interface.start()?;
    status.say(format_args!(
        "recording {} at {rate_hz} Hz from {}; Ctrl-C ends it",
        channels(args.channels),
        interface.config().driver.name()
    ));
    let from_to = || Some((config.end? - config.begin.unwrap_or(0)) as u64);
    let bar = status.progress(config.frames.or_else(from_to), "recording");
    // The recording that was made so far is kept, also after an error.
    let ended = watch(&recorder, &interface, &interrupt, &bar, status);
    let xruns = interface.stats().xruns;
    let stopped = match is_read {
        false => recorder.stop().map_err(Failure::from),
        true => hand_over(&recorder, &interface, &interrupt, args),
    };
    bar.finish_and_clear();
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
        "{}: {} frames, {:.3} s, {} at {rate_hz} Hz; {} frames lost, {} skipped, {xruns} xruns",
        args.output.display(),
        take.frames,
        take.frames as f64 / f64::from(rate_hz),
        channels(args.channels),
        take.lost_frames,
        take.skipped_frames,
    ));
    if stopped.is_err() {
        // The reader of the pipe may never take the rest, so dropping the recorder could wait for ever.
        // A pipe has no header that would have to be completed.
        std::mem::forget(recorder);
    }
    stopped?;
    ended
}

/// Ends a recording into a pipe, and waits until the reader has taken the last frames. After the user has
/// asked for the end, it waits only for a limited time.
fn hand_over(
    recorder: &Recorder,
    interface: &Interface,
    interrupt: &Interrupt,
    args: &Record,
) -> Result<Recording> {
    const PATIENCE: Duration = Duration::from_secs(2);
    interface.close();
    let mut asked = None;
    loop {
        match recorder.wait(RESPONSE) {
            Err(Error::Timeout { .. }) => {}
            ended => return Ok(ended?),
        }
        if interrupt.asked() && asked.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            return Err(Failure::of(
                args.output.display(),
                "nobody takes the last frames",
            ));
        }
    }
}

/// Waits until the recording is complete, the user ends it, or the interface fails.
fn watch(
    recorder: &Recorder,
    interface: &Interface,
    interrupt: &Interrupt,
    bar: &ProgressBar,
    status: Status,
) -> Result<()> {
    let mut levels = Levels::new(interface.config().input_channels);
    loop {
        let take = recorder.recording();
        bar.set_position(take.frames);
        if !bar.is_hidden() {
            let (now, width) = (Instant::now(), Term::stderr().size().1);
            levels.update(&interface.meters().inputs, now);
            bar.set_prefix(format!("\n{}", levels.lines(now, width.into())));
        }
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

/// The options for begin, end and duration as a configuration.
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
