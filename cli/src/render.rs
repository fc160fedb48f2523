//! `amio render`: an arrangement on the offline driver, block by block.

use crate::args::{Format, Render};
use crate::arrangement::Arrangement;
use crate::driver;
use crate::failure::{Failure, Result};
use crate::interrupt::Interrupt;
use crate::status::Status;
use crate::timeline::Timeline;
use crate::wav::WavFile;
use amio::{Config, DriverKind, Interface};

/// Runs the subcommand.
pub fn run(args: &Render, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let arrangement = Arrangement::open(&args.arrangement)?;
    let mut blocks = Blocks::open(&arrangement)?;
    if blocks.frames > args.format.most_frames(arrangement.channels) {
        let most = args.format.most_frames(arrangement.channels);
        return Err(Failure::of(
            args.output.display(),
            format_args!(
                "{} frames; a WAV file like this holds {most} at the most",
                blocks.frames
            ),
        ));
    }
    let mut wav = WavFile::create(
        &args.output,
        arrangement.rate_hz,
        arrangement.channels,
        args.format,
    )?;
    let bar = status.progress(Some(blocks.frames), "rendering");
    while let Some(block) = blocks.next()? {
        interrupt.check()?;
        wav.write(block)?;
        bar.set_position(wav.frames());
    }
    bar.finish_and_clear();
    let written = wav.finish()?;
    arrangement.warn_of_bad_samples(status);
    if written.clipped > 0 {
        let samples = written.clipped;
        status.warn(format_args!(
            "{samples} samples were clipped at full scale; f32 would keep them"
        ));
    }
    status.say(format_args!(
        "{}: {} frames, {:.3} s, {} channels at {} Hz{}",
        args.output.display(),
        written.frames,
        written.frames as f64 / f64::from(arrangement.rate_hz),
        arrangement.channels,
        arrangement.rate_hz,
        match args.format {
            Format::F32 => ", 32-bit float",
            Format::I24 => ", 24-bit",
            Format::I16 => ", 16-bit",
        }
    ));
    Ok(())
}

/// The output of an arrangement, in blocks, in the order of time.
pub struct Blocks {
    interface: Interface,
    /// The length of the whole output.
    pub frames: u64,
    left: u64,
    channels: u64,
    buffer: Vec<f32>,
}

impl Blocks {
    /// About as much as is rendered at once: small enough for caches and for a smooth bar.
    const BLOCK_FRAMES: u64 = 16_384;

    /// Opens the offline driver and schedules everything.
    ///
    /// # Errors
    /// If the output has no end, or the library refuses something.
    pub fn open(arrangement: &Arrangement) -> Result<Blocks> {
        let frames = Timeline::of(arrangement).length(arrangement)?;
        let interface = Interface::new(Config {
            frame_rate_hz: Some(arrangement.rate_hz),
            period_frames: Some(arrangement.period_frames),
            input_channels: 0,
            ..driver::playback(DriverKind::Offline, arrangement)
        })?;
        interface.start()?;
        driver::schedule(&interface, arrangement)?;
        let period = u64::from(arrangement.period_frames);
        let block = Self::BLOCK_FRAMES.div_ceil(period) * period;
        let channels = u64::from(arrangement.channels);
        Ok(Blocks {
            interface,
            frames,
            left: frames,
            channels,
            buffer: vec![0.0; (block.min(frames) * channels) as usize],
        })
    }

    /// The next block, interleaved; `None` after the last one.
    pub fn next(&mut self) -> Result<Option<&[f32]>> {
        let frames = self.left.min(self.buffer.len() as u64 / self.channels);
        if frames == 0 {
            return Ok(None);
        }
        let block = &mut self.buffer[..(frames * self.channels) as usize];
        self.interface.advance(frames, None, Some(block))?;
        self.left -= frames;
        Ok(Some(block))
    }
}
