//! `amio record`: input to a WAV file, every frame in its place.

use crate::args::Record;
use crate::driver;
use crate::failure::{Failure, Result};
use crate::interrupt::{Interrupt, RESPONSE};
use crate::status::Status;
use crate::wav::WavFile;
use amio::{Chunk, Config, Error, Interface};
use indicatif::ProgressBar;

/// How much is fetched at once.
const BLOCK_FRAMES: usize = 4096;

/// Runs the subcommand. Ctrl-C completes the file.
pub fn run(args: &Record, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let interface = Interface::new(Config {
        input_channels: args.channels,
        output_channels: 0,
        ..args.driver.config()
    })?;
    let rate_hz = interface.frame_rate_hz();
    let most = args.format.most_frames(args.channels);
    let frames = match args.duration.map(|duration| duration.frames(rate_hz)) {
        None => None,
        Some(frames) => Some(
            u64::try_from(frames)
                .ok()
                .filter(|frames| (1..=most).contains(frames))
                .ok_or_else(|| Failure::Usage(format!("--duration must be 1 to {most} frames")))?,
        ),
    };
    let mut take = Take {
        wav: WavFile::create(&args.output, rate_hz, args.channels, args.format)?,
        frames: frames.unwrap_or(most),
        next: None,
        lost: 0,
        skipped: 0,
    };
    interface.start()?;
    status.say(format_args!(
        "recording {} channels at {rate_hz} Hz from {}; Ctrl-C ends it",
        args.channels,
        interface.config().driver.name()
    ));
    let bar = status.progress(frames, "recording");
    // Whatever ends it: what was recorded so far is kept.
    let ended = take.record(&interface, &interrupt, &bar, status);
    bar.finish_and_clear();
    let xruns = interface.stats().xruns;
    interface.close();
    let (lost, skipped) = (take.lost, take.skipped);
    let full = frames.is_none() && take.is_complete();
    let written = take.wav.finish()?;
    if written.clipped > 0 {
        let samples = written.clipped;
        status.warn(format_args!(
            "{samples} samples were clipped at full scale; f32 would keep them"
        ));
    }
    status.say(format_args!(
        "{}: {} frames, {:.3} s, {} channels at {rate_hz} Hz; {lost} frames lost, {skipped} skipped, {xruns} xruns",
        args.output.display(),
        written.frames,
        written.frames as f64 / f64::from(rate_hz),
        args.channels,
    ));
    if full {
        return Err(Failure::of(
            args.output.display(),
            "stopped: a WAV file holds no more than 4 GiB",
        ));
    }
    ended
}

/// What has been recorded so far.
struct Take {
    wav: WavFile,
    /// How many frames it is to have.
    frames: u64,
    /// The device frame that comes next; `None` before the first chunk.
    next: Option<u64>,
    /// Frames that came and could not be kept.
    lost: u64,
    /// Frames that never came.
    skipped: u64,
}

impl Take {
    /// Records until the take is complete, the user ends it, or the interface fails.
    fn record(
        &mut self,
        interface: &Interface,
        interrupt: &Interrupt,
        bar: &ProgressBar,
        status: Status,
    ) -> Result<()> {
        let channels = usize::from(interface.config().input_channels);
        let mut buffer = vec![0.0; BLOCK_FRAMES * channels];
        while !self.is_complete() && !interrupt.asked() {
            match interface.wait_input(&mut buffer, RESPONSE) {
                Ok(chunk) => self.append(&chunk, &buffer)?,
                Err(Error::Timeout { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            while let Some(event) = interface.next_event() {
                bar.suspend(|| driver::tell(&event, status))?;
            }
            bar.set_position(self.wav.frames());
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.wav.frames() >= self.frames
    }

    /// Appends a chunk, after silence for what is missing before it.
    fn append(&mut self, chunk: &Chunk, samples: &[f32]) -> Result<()> {
        if let Some(next) = self.next {
            let missing = chunk.device_frame.saturating_sub(next);
            self.lost += chunk.lost_before;
            self.skipped += missing.saturating_sub(chunk.lost_before);
            self.wav
                .write_silence(missing.min(self.frames - self.wav.frames()))?;
        }
        self.next = Some(chunk.device_frame + chunk.frames);
        let channels = samples.len() / BLOCK_FRAMES;
        let frames = chunk.frames.min(self.frames - self.wav.frames());
        self.wav.write(&samples[..frames as usize * channels])
    }
}
