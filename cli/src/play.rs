//! `amio play`: an arrangement, or files one after another, in real time.

use crate::args::Play;
use crate::arrangement::Arrangement;
use crate::driver;
use crate::failure::{Failure, Result};
use crate::interrupt::{Interrupt, RESPONSE};
use crate::offsets;
use crate::status::Status;
use crate::timeline::Timeline;
use amio::{Config, DriverKind, Error, EventKind, Interface, Ticket};
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs the subcommand. Ctrl-C ends it in the same way as the end of the sound.
pub fn run(args: &Play, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let given = args.driver.config()?;
    let arrangement = open(&args.files, &given)?;
    // Bad samples of streamed clips are reported when they are read.
    arrangement.warn_of_bad_samples(status);
    let timeline = Timeline::of(&arrangement);
    let frames = if arrangement.length.is_none() && timeline.is_endless(&arrangement) {
        None
    } else {
        Some(timeline.length(&arrangement)?)
    };
    let common = driver::playback(args.driver.kind.into(), &arrangement);
    let config = Config {
        client_name: given.client_name,
        server_name: given.server_name,
        period_frames: given.period_frames,
        realtime_priority: given.realtime_priority,
        alsa: given.alsa,
        ..common
    };
    let interface =
        interrupt.waiting(|| offsets::open(&args.driver, &args.correction, config, status))?;
    interface.start()?;
    let tickets = driver::schedule(&interface, &arrangement)?;
    let length = frames.map_or("without end".into(), |frames| {
        format!("{:.3} s", frames as f64 / f64::from(arrangement.rate_hz))
    });
    status.say(format_args!(
        "playing {}, {length}, on {}; Ctrl-C ends it",
        arrangement.path.display(),
        interface.config().driver.name()
    ));
    let player = Player {
        begins: match is_arrangement(&args.files[0]) {
            true => Vec::new(),
            false => begins(&arrangement),
        },
        interface: &interface,
        timeline: &timeline,
        tickets: &tickets,
        status,
    };
    let ended = player.wait(frames, &interrupt);
    interface.close();
    ended
}

/// Waits for the end of the sound.
struct Player<'a> {
    /// The frame at which each file begins, and its name; empty for an arrangement.
    begins: Vec<(u64, String)>,
    interface: &'a Interface,
    timeline: &'a Timeline,
    tickets: &'a [Ticket],
    status: Status,
}

impl Player<'_> {
    /// `frames`: the length of the sound; `None`: play until Ctrl-C.
    fn wait(&self, frames: Option<u64>, interrupt: &Interrupt) -> Result<()> {
        let rate = f64::from(self.interface.frame_rate_hz());
        let bar = self.status.progress(frames, "playing");
        let mut began = None;
        let mut skipped = 0;
        let mut told = 0;
        while !interrupt.asked() {
            let now = self.interface.transport().device_frame;
            let mut pause = RESPONSE;
            let position = began.map(|began: u64| now.saturating_sub(began));
            bar.set_position(position.unwrap_or(0));
            if let Some(position) = position {
                told = self.tell(position.saturating_sub(skipped), told, &bar);
            }
            if let (Some(frames), Some(began)) = (frames, began) {
                // The last frames are heard after the period in which they are rendered and the latency.
                let latency = self.interface.latency().playback_frames;
                let heard = u64::from(self.interface.period_frames() + latency);
                let end: u64 = began + frames + skipped + heard;
                if now >= end {
                    break;
                }
                pause = pause.min(Duration::from_secs_f64((end - now) as f64 / rate));
            }
            let event = match self.interface.wait_event(pause) {
                Ok(event) => event,
                Err(Error::Timeout { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            match event.kind {
                EventKind::Applied { ticket, .. } if began.is_none() => {
                    let at = self.output_frame(ticket);
                    began = Some(event.device_frame.saturating_sub(at));
                }
                // The timeline waits while frames are skipped, so the end comes later.
                EventKind::Skipped { frames, .. } => skipped += frames,
                _ => {}
            }
            bar.suspend(|| driver::tell(&event, self.status))?;
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Prints the names of the files that have begun, except for the first `told`, which were printed
    /// before. Returns how many have begun.
    fn tell(&self, frame: u64, told: usize, bar: &ProgressBar) -> usize {
        let begun = self.begins.partition_point(|(begin, _)| *begin <= frame);
        let files = self.begins.iter().enumerate();
        for (number, (_, name)) in files.take(begun).skip(told) {
            let line = format!("{} of {}: {name}", number + 1, self.begins.len());
            match bar.is_hidden() {
                true => self.status.say(line),
                false => bar.set_message(line),
            }
        }
        begun.max(told)
    }

    /// The frame of the output at which the swap of this ticket takes over.
    fn output_frame(&self, ticket: Ticket) -> u64 {
        let swap = self.tickets.iter().position(|t| *t == ticket);
        let mut segments = self.timeline.segments.iter();
        segments
            .find(|s| s.swap == swap)
            .map_or(0, |s| s.output.start)
    }
}

/// The frame at which each file begins, and its name, for files that play one after another.
fn begins(arrangement: &Arrangement) -> Vec<(u64, String)> {
    let files = arrangement.playspecs.iter().flat_map(|files| {
        let entries = files.playspec.entries().iter();
        entries.zip(&files.labels)
    });
    files
        .map(|(entry, label)| (entry.play_at.unsigned_abs(), label.clone()))
        .collect()
}

fn is_arrangement(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("toml"))
}

/// `given` is what the options say of the driver.
fn open(files: &[PathBuf], given: &Config) -> Result<Arrangement> {
    match files {
        [file] if is_arrangement(file) => Arrangement::open(file),
        files if files.iter().any(|file| is_arrangement(file)) => Err(Failure::Usage(
            "play takes one arrangement, or audio files, not both".into(),
        )),
        files => {
            // A JACK server has its own rate; for other drivers, the first file's is taken.
            let rate_hz = match given.driver {
                DriverKind::Jack => Some(Interface::new(given.clone())?.frame_rate_hz()),
                _ => None,
            };
            Arrangement::of_files(files, rate_hz)
        }
    }
}
