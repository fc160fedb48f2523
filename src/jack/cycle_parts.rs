//! What takes part in the cycles of a client beside its process handler: its outputs, and the streams that threads of the
//! program exchange data with.

use super::cycle::Cycle;
use super::process_port::ProcessPort;
use crate::lock::Mutex;
use crate::sys;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes part in each cycle, without code of the program.
///
/// # Real-time contract
/// Audio thread only; wait-free, unless [`Cycle::may_block`]; no allocation, free, lock, system call or log.
pub(super) trait Stream: Send {
    /// Takes what came in, before anything goes out: see [`Cycle::read`].
    fn take(&mut self, _cycle: &mut Cycle<'_>) {}
    /// Writes what goes out.
    fn give(&mut self, _cycle: &mut Cycle<'_>) {}
}

/// A stream in the cycles of a client.
pub(super) struct RunningStream {
    /// Only the audio thread takes it.
    stream: Mutex<Box<dyn Stream>>,
    has_ended: AtomicBool,
}

impl RunningStream {
    pub fn new(stream: Box<dyn Stream>) -> Arc<RunningStream> {
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::prepare();
        Arc::new(RunningStream {
            stream: Mutex::new(stream),
            has_ended: AtomicBool::new(false),
        })
    }

    /// Cycles that begin from here on do not run it.
    pub fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }
}

/// All of them.
#[derive(Clone, Default)]
pub(super) struct CycleParts {
    /// To be silent when nobody writes to them.
    pub audio: Vec<ProcessPort>,
    /// To be emptied in each cycle: libjack keeps the events of the cycle before.
    pub midi: Vec<ProcessPort>,
    pub streams: Vec<Arc<RunningStream>>,
}

/// # Real-time contract
/// As [`Stream`].
impl CycleParts {
    pub fn take(&self, cycle: &mut Cycle<'_>) {
        self.run(cycle, |stream, cycle| stream.take(cycle));
    }

    pub fn give(&self, cycle: &mut Cycle<'_>) {
        self.run(cycle, |stream, cycle| stream.give(cycle));
    }

    fn run(&self, cycle: &mut Cycle<'_>, run: fn(&mut dyn Stream, &mut Cycle<'_>)) {
        if self.streams.is_empty() {
            return;
        }
        let may_block = cycle.may_block;
        let mut run = || {
            #[cfg(feature = "seeded-bugs")]
            crate::seeded::commit();
            for running in self.streams.iter().filter(|running| !running.has_ended()) {
                if let Some(mut stream) = running.stream.try_lock() {
                    run(&mut **stream, cycle);
                }
            }
        };
        match may_block {
            true => run(),
            false => sys::in_real_time(run),
        }
    }

    /// Removes what was written, before the streams write.
    pub fn discard(&self, cycle: &mut Cycle<'_>) {
        for output in &self.audio {
            cycle.silence(output);
        }
        for output in &self.midi {
            cycle.discard_midi(output);
        }
    }

    /// Leaves silence, and no events, where nobody has written in this cycle.
    pub fn finish(&self, cycle: &mut Cycle<'_>) {
        for output in &self.audio {
            cycle.silence_unless_written(output);
        }
        for output in &self.midi {
            cycle.end_midi(output);
        }
    }
}
