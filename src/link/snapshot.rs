//! The engine's latest state, read as one by any number of threads.

use super::seqlock::Seqlock;

/// What the engine publishes at the end of each period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EngineState {
    /// Timeline frame that the next period begins with.
    pub position: i64,
    /// Device frame that the next period begins with.
    pub device_frame: u64,
    /// When that frame is due.
    pub time_ns: u64,
    pub rolling: bool,
    /// The swap in force; 0 before the first.
    pub ticket: u64,
    /// The last batch that was taken.
    pub sequence: u64,
}

const WORDS: usize = 6;

#[derive(Default)]
pub(crate) struct Snapshot(Seqlock<WORDS>);

impl Snapshot {
    /// Publishes; one writer at a time.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log.
    pub fn write(&self, state: EngineState) {
        self.0.write(state.to_words());
    }

    /// The state of one moment.
    pub fn read(&self) -> EngineState {
        EngineState::from_words(self.0.read())
    }
}

impl EngineState {
    fn to_words(self) -> [u64; WORDS] {
        [
            self.position.cast_unsigned(),
            self.device_frame,
            self.time_ns,
            self.rolling.into(),
            self.ticket,
            self.sequence,
        ]
    }

    fn from_words(words: [u64; WORDS]) -> EngineState {
        let [position, device_frame, time_ns, rolling, ticket, sequence] = words;
        EngineState {
            position: position.cast_signed(),
            device_frame,
            time_ns,
            rolling: rolling != 0,
            ticket,
            sequence,
        }
    }
}
