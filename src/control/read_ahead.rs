//! Keeps what streamed clips will play next in memory: on a thread of its own, and on the calling
//! thread where something is asked for that sounds at once.
//!
//! Only with drivers that do not wait: with the offline driver, the engine reads files itself.

use super::answer::{Answer, NoAnswer, answer};
use super::events::EventKind;
use super::interface::Inner;
use super::outlook::{Planned, Want};
use super::schedule::Asked;
use crate::clip::Clip;
use crate::clip::stream::Stream;
use crate::driver::DriverKind;
use crate::error::Result;
use crate::link::Command;
use crate::memory;
use crate::sys;
use crate::units::Ticket;
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long `close` waits for a file that is being read.
const CLOSE_PATIENCE: Duration = Duration::from_millis(150);
/// How long a call reads what sounds at once before it leaves the rest to the thread.
const PREPARE_PATIENCE: Duration = Duration::from_millis(500);
/// How much sounds at once, as a part of what is read ahead, if it is not more.
const PREPARED: u64 = 4;
/// Pages that are read in one go, so that what sounds at two places of one file costs few seeks.
const RUN: usize = 4;
/// How often what is read ahead is looked at while it lasts.
const LOOKS: u32 = 8;
/// However little is read ahead, nothing is gained by looking more often.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

#[derive(Default)]
pub(super) struct ReadAhead {
    wake: Arc<Wake>,
    /// With what tells when it ends.
    thread: Mutex<Option<(JoinHandle<()>, Answer<()>)>>,
}

/// Says that there is something new to do.
#[derive(Default)]
struct Wake {
    asked: Mutex<bool>,
    changed: Condvar,
}

impl Wake {
    fn ask(&self) {
        *self.asked.lock() = true;
        self.changed.notify_one();
    }

    /// Returns when something is new, or after `patience`.
    fn wait(&self, patience: Duration) {
        let mut asked = self.asked.lock();
        if !*asked {
            self.changed.wait_for(&mut asked, patience);
        }
        *asked = false;
    }

    fn is_asked(&self) -> bool {
        *self.asked.lock()
    }

    /// What was asked so far is being looked at.
    fn heed(&self) {
        *self.asked.lock() = false;
    }
}

impl ReadAhead {
    /// Makes the thread look again at what will be heard.
    pub fn wake(&self) {
        self.wake.ask();
    }

    /// Starts the thread, if there is none.
    pub fn start(&self, inner: &Arc<Inner>) -> Result<()> {
        let mut thread = self.thread.lock();
        if thread.is_some() {
            return Ok(());
        }
        let (alive, ended) = answer();
        let (wake, inner) = (self.wake.clone(), Arc::downgrade(inner));
        let reader = sys::spawn("amio-reader", move || {
            run(&wake, &inner);
            alive.give(());
        })?;
        *thread = Some((reader, ended));
        Ok(())
    }

    /// Ends the thread, once the interface is closing; one that hangs in a file is left to itself.
    pub fn stop(&self) {
        self.wake();
        if let Some((reader, ended)) = self.thread.lock().take()
            && ended.take(CLOSE_PATIENCE) != Err(NoAnswer::Yet)
            && !sys::is_own(&reader)
        {
            // A panic has been printed.
            let _ = reader.join();
        }
    }
}

fn run(wake: &Wake, inner: &Weak<Inner>) {
    while let Some(inner) = inner.upgrade().filter(|inner| !inner.is_closing()) {
        wake.heed();
        inner.pump();
        let horizon = inner.read_ahead_frames();
        let lasts = Duration::from_secs_f64(horizon as f64 / f64::from(inner.frame_rate_hz));
        let pause = (lasts / LOOKS).max(SHORTEST_PAUSE);
        let ticket = Ticket(inner.shared.snapshot.read().ticket);
        let position = inner.position();
        let until = Instant::now() + pause;
        let look = || {
            let streams = inner.streams()?;
            let wants = inner.outlook.lock().wants(ticket, position, horizon)?;
            let done = load(&wants, || {
                wake.is_asked() || inner.is_closing() || Instant::now() > until
            });
            inner.tell_trouble(&streams);
            done
        };
        // Without memory for the lists, it looks again a little later.
        let done = look().unwrap_or(true);
        drop(inner);
        if done {
            wake.wait(pause);
        }
    }
}

impl Inner {
    /// Reads what will sound at once when these commands are carried out.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn prepare(&self, asked: &[Asked]) -> Result<()> {
        if self.config.driver == DriverKind::Offline {
            return Ok(());
        }
        let sounds_the_same = |asked: &Asked| {
            matches!(
                asked,
                Asked::Other(Command::SetGain { .. } | Command::Record(_))
            )
        };
        if asked.iter().all(sounds_the_same) {
            return Ok(());
        }
        let streamed = |asked: &Asked| match asked {
            Asked::Schedule(swap) => !swap.playspec.streams.is_empty(),
            Asked::Cancel(_) | Asked::Other(_) => false,
        };
        let mut outlook = {
            let outlook = self.outlook.lock();
            if !outlook.is_streaming() && !asked.iter().any(streamed) {
                return Ok(());
            }
            outlook.copy(asked.len())?
        };
        let position = self.position();
        let mut to = position;
        for asked in asked {
            match asked {
                Asked::Schedule(swap) => outlook.add_last(Planned::of(swap)),
                Asked::Cancel(ticket) => drop(outlook.end(*ticket, false)),
                Asked::Other(Command::SetPosition(position)) => to = *position,
                Asked::Other(_) => {}
            }
        }
        let ticket = Ticket(self.shared.snapshot.read().ticket);
        let horizon = (self.read_ahead_frames() / PREPARED).max(self.frames_at_once());
        let wants = match to == position {
            true => outlook.wants(ticket, to, horizon)?,
            // It is carried out once this is done, and with the next period.
            false => {
                let delay = self.frame_rate_hz.into();
                outlook.wants_after_jump(ticket, position, to, horizon, delay)?
            }
        };
        let until = Instant::now() + PREPARE_PATIENCE;
        load(&wants, || self.is_closing() || Instant::now() > until)?;
        Ok(())
    }

    /// What is streamed now or will be; a clip may come more than once.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn streams(&self) -> Result<Vec<Clip>> {
        let outlook = self.outlook.lock();
        if !outlook.is_streaming() {
            return Ok(Vec::new());
        }
        let mut streams = memory::room(outlook.streams().count(), "the streamed clips")?;
        streams.extend(outlook.streams().cloned());
        Ok(streams)
    }

    /// Makes events of what could not be read. The clips are those of a time before it was read,
    /// since the swaps they belong to may have ended meanwhile.
    pub fn tell_trouble(&self, streams: &[Clip]) {
        for clip in streams {
            if let Some(reason) = clip.stream().and_then(Stream::take_trouble) {
                let clip = clip.id();
                self.event(EventKind::StreamFailed { clip, reason });
            }
        }
    }
}

/// Reads the pages that are not in memory, until `stop` holds; whether all are there then.
///
/// # Errors
/// [`crate::Error::OutOfMemory`]; nothing was read then.
fn load(wants: &[Want], stop: impl Fn() -> bool) -> Result<bool> {
    const WHAT: &str = "what is read ahead";
    let mut pages: HashMap<u64, (&Stream, Vec<u64>)> = HashMap::new();
    for want in wants {
        if let Some(stream) = want.clip.stream() {
            memory::reserve_in_map(&mut pages, 1, WHAT)?;
            let asked = pages.entry(want.clip.id());
            memory::push(
                &mut asked.or_insert((stream, Vec::new())).1,
                want.page,
                WHAT,
            )?;
        }
    }
    let mut missing = HashMap::new();
    for (clip, (stream, pages)) in &mut pages {
        pages.sort_unstable();
        pages.dedup();
        let asked = stream.ask(pages)?;
        memory::reserve_in_map(&mut missing, asked.len(), WHAT)?;
        missing.extend(asked.into_iter().map(|page| ((*clip, page), ())));
    }
    for want in wants {
        let clip = want.clip.id();
        for page in (want.page..).take(RUN) {
            if let Some((stream, _)) = pages.get(&clip)
                && missing.remove(&(clip, page)).is_some()
            {
                stream.load(page);
                if stop() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

#[cfg(test)]
mod slow_disk {
    use crate::clip::stream::PAGE_FRAMES;
    use crate::clip::stream::tests::{Numbers, Wrong};
    use crate::clip::{Clip, ClipInfo, Source};
    use crate::control::{Config, EventKind, Interface};
    use crate::driver::DriverKind;
    use crate::error::Result;
    use crate::link::Swap;
    use crate::playspec::{Entry, Playspec};
    use std::time::Duration;

    /// Takes four times as long to read as to play.
    struct Slow(Numbers);

    impl Source for Slow {
        fn info(&self) -> ClipInfo {
            self.0.info()
        }

        fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
            let frames = self.0.read(out)?;
            std::thread::sleep(Duration::from_secs_f64(4.0 * frames as f64 / 48_000.0));
            Ok(frames)
        }

        fn seek(&mut self, frame: u64) -> Result<()> {
            self.0.seek(frame)
        }
    }

    #[test]
    fn a_disk_that_is_too_slow_is_told_with_clip_and_frames_and_every_frame_is_counted() {
        let numbers = Numbers::new(1000 * PAGE_FRAMES as u64, Wrong::Nothing);
        let clip =
            Clip::streamed(Box::new(Slow(numbers)), "numbers".as_ref()).expect("there is memory");
        let interface = Interface::new(Config::new(DriverKind::Null)).expect("an interface");
        let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("an entry");
        interface.set_rolling(true).expect("it rolls");
        interface.start().expect("it starts");
        let swap = Swap {
            insert_at: i64::MIN / 8,
            late: crate::link::LatePolicy::Slip,
            ..Swap::default()
        };
        interface.schedule(&playspec, swap).expect("it is queued");
        let (mut told, mut events) = (0, 0);
        while told < 20_000 {
            let event = interface.wait_event(Duration::from_secs(10));
            if let EventKind::Underrun {
                clip: id,
                clip_frame,
                frames,
            } = event.expect("one comes").kind
            {
                assert_eq!(id, clip.id());
                assert!(frames > 0 && clip_frame < clip.info().frames);
                told += frames;
                events += 1;
            }
        }
        interface.stop().expect("it stops");
        while let Some(event) = interface.next_event() {
            if let EventKind::Underrun { frames, .. } = event.kind {
                told += frames;
            }
        }
        let stats = interface.stats();
        assert_eq!(stats.underrun_frames, told);
        assert!(stats.underruns >= events);
    }
}
