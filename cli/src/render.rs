//! `amio render`: renders an arrangement on the offline driver, block by block.

use crate::args::Render;
use crate::arrangement::{Arrangement, ArrangementFile};
use crate::driver;
use crate::failure::{Failure, Result};
use crate::format::{channels, described};
use crate::interrupt::Interrupt;
use crate::output::{Draft, Output, Wanted};
use crate::status::Status;
use crate::timeline::Timeline;
use amio::{Config, DriverKind, Error, FileFormat, FileWriter, Interface, Written};

/// Runs the subcommand.
pub fn run(args: &Render, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let file = ArrangementFile::read(&args.arrangement)?;
    let (output, audio) = Output::find(&Wanted {
        path: &args.output,
        inputs: &file.inputs(),
        format: args.file.format,
        force: args.file.force,
    })?;
    let format = audio.with(args.file.samples)?;
    let arrangement = file.open()?;
    let mut blocks = Blocks::open(&arrangement)?;
    let rendered = match output {
        Output::File(target) => {
            let draft = Draft::create(target)?;
            let writer = writer(&arrangement, format, |channels, rate_hz| {
                FileWriter::create(draft.path(), format, channels, rate_hz)
            });
            let written = write(writer?, &mut blocks, status, &interrupt)?;
            draft.publish()?;
            written
        }
        Output::Pipe(pipe) => {
            let frames = Some(blocks.frames);
            interrupt.waiting(|| {
                let stream = pipe.open()?;
                let writer = writer(&arrangement, format, |channels, rate_hz| {
                    FileWriter::stream(&args.output, stream, format, channels, rate_hz, frames)
                });
                write(writer?, &mut blocks, status, &interrupt)
            })?
        }
    };
    arrangement.warn_of_bad_samples(status);
    if rendered.clipped_samples > 0 {
        let samples = rendered.clipped_samples;
        status.warn(format_args!(
            "{samples} samples were clipped at full scale; f32 would keep them"
        ));
    }
    status.say(format_args!(
        "{}: {} frames, {:.3} s, {} at {} Hz, {}",
        args.output.display(),
        rendered.frames,
        rendered.frames as f64 / f64::from(arrangement.rate_hz),
        channels(arrangement.channels),
        arrangement.rate_hz,
        described(format)
    ));
    Ok(())
}

/// Creates the file.
fn writer(
    arrangement: &Arrangement,
    format: FileFormat,
    begin: impl FnOnce(u16, u32) -> amio::Result<FileWriter>,
) -> Result<FileWriter> {
    let made = begin(arrangement.channels, arrangement.rate_hz);
    made.map_err(|error| match error {
        Error::Io { .. } => error.into(),
        // An error about the shape of the audio.
        error => Failure::of(described(format), error),
    })
}

/// Writes all blocks.
fn write(
    mut writer: FileWriter,
    blocks: &mut Blocks,
    status: Status,
    interrupt: &Interrupt,
) -> Result<Written> {
    let bar = status.progress(Some(blocks.frames), "rendering");
    let mut done = 0;
    while let Some(block) = blocks.next()? {
        interrupt.check()?;
        writer.write(block)?;
        done += block.len() as u64 / blocks.channels;
        bar.set_position(done);
    }
    bar.finish_and_clear();
    Ok(writer.finish()?)
}

/// The output of an arrangement in blocks, from its beginning to its end.
pub struct Blocks {
    interface: Interface,
    /// The length of the whole output.
    pub frames: u64,
    left: u64,
    channels: u64,
    buffer: Vec<f32>,
}

impl Blocks {
    /// About how many frames are rendered at once: few enough for the caches and for a smooth progress bar.
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
