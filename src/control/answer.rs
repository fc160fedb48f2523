//! One value that one thread passes to another, or the notice that none will come.
//!
//! It does the same as a channel of the standard library. But a thread that waits on such a channel keeps
//! some memory until it ends, which tools that look for leaks report.

use crate::lock::{Condvar, Mutex};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The receiver of the value.
pub(super) struct Answer<T>(Arc<AnswerSlot<T>>);

/// The sender of an [`Answer`]. If it is dropped before it has sent one, no value will come.
pub(super) struct AnswerSender<T>(Arc<AnswerSlot<T>>);

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// It may still come.
    Yet,
    /// It will never come.
    Ever,
}

struct AnswerSlot<T> {
    state: Mutex<std::result::Result<T, NoAnswer>>,
    changed: Condvar,
}

pub(super) fn answer<T>() -> (AnswerSender<T>, Answer<T>) {
    let shared = Arc::new(AnswerSlot {
        state: Mutex::new(Err(NoAnswer::Yet)),
        changed: Condvar::new(),
    });
    (AnswerSender(shared.clone()), Answer(shared))
}

impl<T> AnswerSender<T> {
    pub fn give(self, value: T) {
        *self.0.state.lock() = Ok(value);
    }
}

impl<T> Drop for AnswerSender<T> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        if let Err(why) = &mut *state {
            *why = NoAnswer::Ever;
        }
        self.0.changed.notify_all();
    }
}

impl<T> Answer<T> {
    /// Takes the value, after waiting for it as long as `patience`.
    pub fn take(&self, patience: Duration) -> std::result::Result<T, NoAnswer> {
        let until = Instant::now() + patience;
        let mut state = self.0.state.lock();
        while matches!(*state, Err(NoAnswer::Yet)) {
            let is_over;
            (state, is_over) = self.0.changed.wait_until(state, until);
            if is_over {
                break;
            }
        }
        match &*state {
            Err(NoAnswer::Yet) => Err(NoAnswer::Yet),
            _ => std::mem::replace(&mut *state, Err(NoAnswer::Ever)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_once_and_a_sender_that_is_gone_is_noticed() {
        let (sender, answered) = answer();
        assert_eq!(answered.take(Duration::ZERO), Err(NoAnswer::Yet));
        sender.give(5);
        assert_eq!(answered.take(Duration::from_secs(60)), Ok(5));
        assert_eq!(answered.take(Duration::from_secs(60)), Err(NoAnswer::Ever));
        let (sender, answered) = answer::<u8>();
        let dropped = std::thread::spawn(|| drop(sender));
        assert_eq!(answered.take(Duration::from_secs(60)), Err(NoAnswer::Ever));
        dropped.join().expect("it drops");
    }
}
