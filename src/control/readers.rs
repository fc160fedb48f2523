//! Reads pages of streamed clips, in the order in which they will be heard, on threads of its own.
//!
//! Flow: `read_ahead` -> [`PageRun`]s in a queue -> a reader, which loads them from the file. Each clip is
//! read by one reader at a time. One reader is enough while files answer. While each reader waits for a
//! file that does not answer, one more is started for the other clips. So a file that hangs delays
//! only itself. If N files hang, there are at most N + 1 readers.

use crate::clip::Clip;
use crate::error::Result;
use crate::lock::{Condvar, Mutex, MutexGuard};
use crate::memory;
use crate::sys;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What memory is for.
const WHAT: &str = "what is read from files";

/// A file does not answer if a read takes longer than this.
const HANGS_AFTER: Duration = Duration::from_millis(20);
/// A reader ends after it had no work for this long, unless it is the only one.
const IDLE: Duration = Duration::from_secs(2);
/// How long [`Readers::stop`] waits for files that are being read.
const STOP_PATIENCE: Duration = Duration::from_millis(150);

/// Consecutive pages of a streamed clip.
pub(super) struct PageRun {
    pub clip: Clip,
    pub pages: Vec<u64>,
}

/// The queue, and the threads that serve it.
#[derive(Default)]
pub(super) struct Readers {
    jobs: Mutex<Jobs>,
    /// Tells readers that the queue has changed.
    queued: Condvar,
    /// Wakes those who wait: something was read or asked for, or a thread has ended.
    news: Condvar,
}

#[derive(Default)]
struct Jobs {
    /// What calls wait for, each with the number of its call. These are read first.
    urgent: VecDeque<(u64, PageRun)>,
    /// What will play soon.
    planned: VecDeque<PageRun>,
    reads: Vec<Read>,
    calls: u64,
    plans: u64,
    readers: usize,
    threads: Vec<JoinHandle<()>>,
    /// Readers that wait for work.
    idle: usize,
    has_planner: bool,
    /// Whether something was asked for that is not yet planned.
    asked: bool,
    closing: bool,
}

/// A page that is being read.
struct Read {
    clip: u64,
    since: Instant,
    purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// The plan of this number.
    Plan(u64),
    /// The call of this number waits for it.
    Call(u64),
    /// The call that waited for it no longer waits.
    Nothing,
}

impl Jobs {
    /// The next run, as its queue and its index there: the first run of a clip that no reader reads now.
    fn next(&self) -> Option<(Purpose, usize)> {
        let is_free = |run: &PageRun| self.reads.iter().all(|read| read.clip != run.clip.id());
        let mut urgent = self.urgent.iter().enumerate();
        if let Some((place, (call, _))) = urgent.find(|(_, (_, run))| is_free(run)) {
            return Some((Purpose::Call(*call), place));
        }
        let place = self.planned.iter().position(is_free)?;
        Some((Purpose::Plan(self.plans), place))
    }

    fn take_next(&mut self) -> Option<PageRun> {
        let (purpose, place) = self.next()?;
        let run = match purpose {
            Purpose::Call(_) => self.urgent.remove(place)?.1,
            Purpose::Plan(_) | Purpose::Nothing => self.planned.remove(place)?,
        };
        self.reads.push(Read {
            clip: run.clip.id(),
            since: Instant::now(),
            purpose,
        });
        Some(run)
    }

    /// Whether a reader that has read a page of a clip is to read the next one of its run.
    fn goes_on(&mut self, clip: u64) -> bool {
        let Some(read) = self.reads.iter_mut().find(|read| read.clip == clip) else {
            return false;
        };
        read.since = Instant::now();
        match read.purpose {
            _ if self.closing => false,
            // The next plan contains the rest again.
            Purpose::Plan(number) => number == self.plans && self.urgent.is_empty(),
            Purpose::Call(_) => true,
            Purpose::Nothing => false,
        }
    }

    /// Keeps a thread, so that [`Readers::stop`] can join it. Threads that have ended are forgotten.
    fn keep(&mut self, thread: JoinHandle<()>) {
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.push(thread);
    }

    /// Whether all that was queued is read.
    fn is_done(&self) -> bool {
        self.urgent.is_empty() && self.planned.is_empty() && self.reads.is_empty()
    }

    fn has_served(&self, call: u64) -> bool {
        let read = self.reads.iter().map(|read| read.purpose);
        let queued = self.urgent.iter().map(|(call, _)| Purpose::Call(*call));
        !read.chain(queued).any(|it| it == Purpose::Call(call))
    }

    /// Whether there is work, and all readers hang in files that do not answer.
    fn lacks_reader(&self) -> bool {
        let hangs = |read: &Read| read.since.elapsed() >= HANGS_AFTER;
        self.idle == 0 && !self.closing && self.reads.iter().all(hangs) && self.next().is_some()
    }
}

impl Readers {
    /// Starts the thread that plans, and a reader, if there is none.
    pub fn start(self: &Arc<Self>, plan: impl FnOnce() + Send + 'static) -> Result<()> {
        let mut jobs = self.jobs.lock();
        if jobs.has_planner || jobs.closing {
            return Ok(());
        }
        if jobs.readers == 0 {
            self.add_reader(&mut jobs)?;
        }
        let readers = Arc::clone(self);
        let planner = sys::spawn("amio-planner", move || {
            plan();
            readers.jobs.lock().has_planner = false;
            readers.news.notify_all();
        })?;
        jobs.keep(planner);
        jobs.has_planner = true;
        Ok(())
    }

    /// Ends all threads. A thread that hangs in a file ends later, by itself.
    pub fn stop(&self) {
        let mut jobs = self.jobs.lock();
        jobs.closing = true;
        let dropped = (mem::take(&mut jobs.urgent), mem::take(&mut jobs.planned));
        self.queued.notify_all();
        self.news.notify_all();
        let until = Instant::now() + STOP_PATIENCE;
        let mut is_over = false;
        while (jobs.readers > 0 || jobs.has_planner) && !is_over {
            (jobs, is_over) = self.news.wait_until(jobs, until);
        }
        let ended = !(jobs.readers > 0 || jobs.has_planner);
        let threads = mem::take(&mut jobs.threads);
        drop(jobs);
        drop(dropped);
        if ended {
            threads.into_iter().for_each(sys::join);
        }
    }

    /// Has the planner look again at what will be heard.
    pub fn wake(&self) {
        self.jobs.lock().asked = true;
        self.news.notify_all();
    }

    /// For the planner: from here on it covers all that was asked for so far. `false` if it must end.
    pub fn heed(&self) -> bool {
        let mut jobs = self.jobs.lock();
        jobs.asked = false;
        !jobs.closing
    }

    /// For the planner: waits until something is asked for.
    pub fn wait_until_asked(self: &Arc<Self>, until: Instant) {
        let _jobs = self.wait(self.jobs.lock(), until, |jobs| jobs.asked);
    }

    /// For the planner: replaces the previous plan, and waits until all is read, or until
    /// something new is asked for. Returns whether all is read.
    pub fn carry_out(self: &Arc<Self>, plan: Vec<PageRun>, until: Instant) -> bool {
        let mut jobs = self.jobs.lock();
        jobs.plans += 1;
        let dropped = mem::replace(&mut jobs.planned, plan.into());
        self.queued.notify_all();
        jobs = self.wait(jobs, until, |jobs| jobs.asked || jobs.is_done());
        let is_done = jobs.is_done();
        drop(jobs);
        drop(dropped);
        is_done
    }

    /// Has these runs read before all others, and waits for that until a deadline. What is not read by then is
    /// left to the planner.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn read(self: &Arc<Self>, runs: Vec<PageRun>, until: Instant) -> Result<()> {
        if runs.is_empty() {
            return Ok(());
        }
        let more = runs.len();
        let mut given_up = memory::room(more, WHAT)?;
        let mut jobs = self.jobs.lock();
        jobs.urgent
            .try_reserve(more)
            .map_err(|_| memory::out_of_memory::<PageRun>(more, WHAT))?;
        jobs.calls += 1;
        let call = jobs.calls;
        jobs.urgent.extend(runs.into_iter().map(|run| (call, run)));
        self.queued.notify_all();
        jobs = self.wait(jobs, until, |jobs| jobs.has_served(call));
        for _ in 0..jobs.urgent.len() {
            match jobs.urgent.pop_front() {
                Some(run) if run.0 == call => given_up.push(run),
                other => jobs.urgent.extend(other),
            }
        }
        for read in &mut jobs.reads {
            if read.purpose == Purpose::Call(call) {
                read.purpose = Purpose::Nothing;
            }
        }
        drop(jobs);
        drop(given_up);
        Ok(())
    }

    /// Waits until `done`, until a time, or until the interface closes. Meanwhile it starts another reader
    /// whenever all readers hang.
    fn wait<'a>(
        self: &Arc<Self>,
        mut jobs: MutexGuard<'a, Jobs>,
        until: Instant,
        done: impl Fn(&Jobs) -> bool,
    ) -> MutexGuard<'a, Jobs> {
        loop {
            let now = Instant::now();
            if jobs.closing || done(&jobs) || now >= until {
                return jobs;
            }
            if jobs.lacks_reader() {
                // If the system has no more threads, the existing ones go on.
                let _ = self.add_reader(&mut jobs);
            }
            let look_again = match jobs.next() {
                Some(_) => until.min(now + HANGS_AFTER),
                None => until,
            };
            (jobs, _) = self.news.wait_until(jobs, look_again);
        }
    }

    fn add_reader(self: &Arc<Self>, jobs: &mut Jobs) -> Result<()> {
        let readers = Arc::clone(self);
        let reader = sys::spawn("amio-reader", move || readers.serve())?;
        jobs.keep(reader);
        jobs.readers += 1;
        jobs.idle += 1; // until it has begun
        Ok(())
    }

    /// The work of a reader, until it ends.
    fn serve(&self) {
        let mut jobs = self.jobs.lock();
        jobs.idle -= 1;
        while !jobs.closing {
            let Some(run) = jobs.take_next() else {
                jobs.idle += 1;
                let is_over;
                (jobs, is_over) = self.queued.wait_for(jobs, IDLE);
                jobs.idle -= 1;
                if is_over && jobs.idle > 0 {
                    break;
                }
                continue;
            };
            let clip = run.clip.id();
            for page in &run.pages {
                drop(jobs);
                if let Some(stream) = run.clip.stream() {
                    stream.load(*page);
                }
                jobs = self.jobs.lock();
                if !jobs.goes_on(clip) {
                    break;
                }
            }
            jobs.reads.retain(|read| read.clip != clip);
            self.news.notify_all();
            // This may be the last owner of the clip.
            drop(jobs);
            drop(run);
            jobs = self.jobs.lock();
        }
        jobs.readers -= 1;
        self.news.notify_all();
    }
}
