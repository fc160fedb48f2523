//! Keeps the next pages of streamed clips in memory. A thread plans what is read. A call that makes something
//! sound at once waits until its first pages are read. `readers` does the reading.
//!
//! Only for drivers with deadlines. Offline, the engine reads files itself.

use super::core::Core;
use super::events::EventKind;
use super::exchange::{Exchange, Unsent};
use super::outlook::{PageRequest, ScheduledSwap};
use super::readers::{PageRun, Readers};
use crate::clip::Clip;
use crate::clip::stream::Stream;
use crate::engine::Command;
use crate::error::Result;
use crate::memory;
use crate::units::Ticket;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a call waits for its first pages. What is still missing then is left to the thread.
const PREPARE_PATIENCE: Duration = Duration::from_millis(500);
/// A call waits for this part of what is read ahead, or for what sounds at once, whichever is more.
const PREPARED: u64 = 4;
/// Pages that are read in one go, so that what sounds at two places of one file costs few seeks.
const RUN: usize = 4;
/// How often the plan is made anew while what was read ahead plays.
const LOOKS: u32 = 8;
/// However little is read ahead, looking more often than this gains nothing.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

pub(super) struct ReadAhead {
    core: Arc<Core>,
    exchange: Arc<Exchange>,
    readers: Arc<Readers>,
}

impl ReadAhead {
    pub fn new(core: &Arc<Core>, exchange: &Arc<Exchange>, readers: &Arc<Readers>) -> Arc<Self> {
        Arc::new(ReadAhead {
            core: core.clone(),
            exchange: exchange.clone(),
            readers: readers.clone(),
        })
    }

    /// Starts the threads, if there are none yet. A driver without deadlines needs none: its engine reads files
    /// itself.
    ///
    /// # Errors
    /// [`crate::Error::System`].
    pub fn start(self: &Arc<Self>) -> Result<()> {
        if !self.core.has_deadlines() {
            return Ok(());
        }
        let read_ahead = self.clone();
        self.readers.start(move || read_ahead.plan())
    }

    /// Ends the threads.
    pub fn stop(&self) {
        self.readers.stop();
    }

    /// Plans what is read, until the interface closes.
    fn plan(&self) {
        while self.readers.heed() && !self.core.is_closing() {
            self.exchange.pump();
            let horizon = self.frames();
            let pause = self.core.rate.duration(horizon) / LOOKS;
            let until = Instant::now() + pause.max(SHORTEST_PAUSE);
            // Without memory for the lists, it looks again a little later.
            let done = self.read_next(horizon, until).unwrap_or(true);
            if done {
                self.readers.wait_until_asked(until);
            }
        }
    }

    /// Reads what will be heard within `horizon` frames. Returns whether all of it is read.
    fn read_next(&self, horizon: u64, until: Instant) -> Result<bool> {
        let ticket = Ticket(self.core.shared.snapshot.read().ticket);
        let position = self.exchange.position();
        let streams = self.streams()?;
        let requests = self
            .exchange
            .outlook
            .lock()
            .page_requests(ticket, position, horizon)?;
        let done = self.readers.carry_out(runs(requests)?, until);
        self.tell_trouble(&streams);
        Ok(done)
    }

    /// How many frames ahead streamed clips are read; at least what may sound at once.
    fn frames(&self) -> u64 {
        let configured = match self.core.config.read_ahead_frames {
            0 => self.core.rate.hz().into(),
            frames => frames,
        };
        configured.max(self.core.frames_at_once())
    }

    /// Has those pages read that will sound as soon as these commands take effect. Waits for them
    /// for at most half a second.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn prepare(&self, unsent: &[Unsent]) -> Result<()> {
        if !self.core.has_deadlines() {
            return Ok(());
        }
        let sounds_the_same =
            |unsent: &Unsent| matches!(unsent, Unsent::Other(Command::SetGain { .. }));
        if unsent.iter().all(sounds_the_same) {
            return Ok(());
        }
        let streamed = |unsent: &Unsent| match unsent {
            Unsent::Schedule(swap) => !swap.playspec.streams.is_empty(),
            Unsent::Cancel(_) | Unsent::Other(_) => false,
        };
        let mut outlook = {
            let outlook = self.exchange.outlook.lock();
            if !outlook.is_streaming() && !unsent.iter().any(streamed) {
                return Ok(());
            }
            outlook.copy(unsent.len())?
        };
        let until = Instant::now() + PREPARE_PATIENCE;
        let position = self.exchange.position();
        let mut to = position;
        for unsent in unsent {
            match unsent {
                Unsent::Schedule(swap) => outlook.add_last(ScheduledSwap::of(swap)),
                Unsent::Cancel(ticket) => drop(outlook.end(*ticket, false)),
                Unsent::Other(Command::SetPosition(position)) => to = *position,
                Unsent::Other(_) => {}
            }
        }
        let ticket = Ticket(self.core.shared.snapshot.read().ticket);
        let horizon = (self.frames() / PREPARED).max(self.core.frames_at_once());
        let requests = match to == position {
            true => outlook.page_requests(ticket, to, horizon)?,
            // The jump takes effect with the next period after this call.
            false => {
                let delay = self.core.rate.hz().into();
                outlook.page_requests_after_jump(ticket, position, to, horizon, delay)?
            }
        };
        self.readers.read(runs(requests)?, until)
    }

    /// What is streamed now or will be; a clip may come more than once.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn streams(&self) -> Result<Vec<Clip>> {
        let outlook = self.exchange.outlook.lock();
        if !outlook.is_streaming() {
            return Ok(Vec::new());
        }
        let mut streams = memory::room(outlook.streams().count(), "the streamed clips")?;
        streams.extend(outlook.streams().cloned());
        Ok(streams)
    }

    /// Makes events of read errors. The list of clips was made before reading,
    /// since swaps may have ended meanwhile.
    pub fn tell_trouble(&self, streams: &[Clip]) {
        for clip in streams {
            if let Some(reason) = clip.stream().and_then(Stream::take_trouble) {
                let clip = clip.id();
                self.core.event(EventKind::StreamFailed { clip, reason });
            }
        }
    }
}

/// The pages that are not in memory, in the order in which they will be heard.
///
/// # Errors
/// [`crate::Error::OutOfMemory`].
fn runs(requests: Vec<PageRequest>) -> Result<Vec<PageRun>> {
    const WHAT: &str = "what is read ahead";
    let mut pages: HashMap<u64, (&Stream, Vec<u64>)> = HashMap::new();
    for request in &requests {
        if let Some(stream) = request.clip.stream() {
            memory::reserve_in_map(&mut pages, 1, WHAT)?;
            let asked = pages.entry(request.clip.id());
            memory::push(
                &mut asked.or_insert((stream, Vec::new())).1,
                request.page,
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
    let mut runs = Vec::new();
    for request in &requests {
        let clip = request.clip.id();
        let mut pages = memory::room(RUN, WHAT)?;
        let near = (request.page..).take(RUN);
        pages.extend(near.filter(|page| missing.remove(&(clip, *page)).is_some()));
        if !pages.is_empty() {
            let clip = request.clip.clone();
            memory::push(&mut runs, PageRun { clip, pages }, WHAT)?;
        }
    }
    Ok(runs)
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
    use crate::lock::{Condvar, Mutex};
    use crate::playspec::{Entry, Playspec};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

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

    /// A file that does not answer while the gate is shut.
    struct Hanging {
        numbers: Numbers,
        gate: Arc<(Mutex<bool>, Condvar)>,
    }

    impl Source for Hanging {
        fn info(&self) -> ClipInfo {
            self.numbers.info()
        }

        fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
            let (is_open, changed) = &*self.gate;
            let mut is_open = is_open.lock();
            while !*is_open {
                is_open = changed.wait(is_open);
            }
            self.numbers.read(out)
        }

        fn seek(&mut self, frame: u64) -> Result<()> {
            self.numbers.seek(frame)
        }
    }

    /// How long a call takes, of which half a second is promised.
    fn in_time(what: &str, call: impl FnOnce()) {
        let began = Instant::now();
        call();
        let took = began.elapsed();
        println!("{what}: {took:?}");
        assert!(took < Duration::from_secs(1), "{what} took {took:?}");
    }

    #[test]
    fn files_that_hang_hold_up_calls_for_half_a_second_and_other_clips_not_at_all() {
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let streamed = |source: Box<dyn Source>| {
            Clip::streamed(source, "numbers".as_ref()).expect("there is memory")
        };
        let numbers = || Numbers::new(200 * PAGE_FRAMES as u64, Wrong::Nothing);
        let hanging: Vec<Clip> = (0..5)
            .map(|_| {
                streamed(Box::new(Hanging {
                    numbers: numbers(),
                    gate: Arc::clone(&gate),
                }))
            })
            .collect();
        let sound = streamed(Box::new(numbers()));
        let interface = Interface::new(Config::new(DriverKind::Null)).expect("an interface");
        let clips = hanging.iter().chain([&sound]);
        let entries = clips.map(|clip| Entry::new(clip, 0)).collect();
        let playspec = Playspec::new(entries).expect("entries");
        in_time("schedule", || {
            let ticket = interface.schedule(&playspec, Swap::at(0));
            ticket.expect("it is queued");
        });
        in_time("set_rolling", || interface.set_rolling(true).expect("room"));
        interface.start().expect("it starts");
        for position in [100_000, 300_000, 200_000] {
            in_time("set_position", || {
                interface.set_position(position).expect("room")
            });
        }
        in_time("bad_samples", || assert_eq!(hanging[0].bad_samples(), 0));
        // Until every clip that hangs is heard to be missing.
        let mut missing: Vec<u64> = hanging.iter().map(Clip::id).collect();
        while !missing.is_empty() {
            let event = interface.wait_event(Duration::from_secs(10));
            if let EventKind::Underrun { clip, .. } = event.expect("one comes").kind {
                assert_ne!(clip, sound.id(), "the file that answers is heard");
                missing.retain(|id| *id != clip);
            }
        }
        in_time("set_rolling", || {
            interface.set_rolling(false).expect("room")
        });
        in_time("close", || interface.close());
        in_time("dropping", || drop((interface, playspec, hanging)));
        *gate.0.lock() = true;
        gate.1.notify_all();
    }
}
