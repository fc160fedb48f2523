//! Lets calls in until it is shut. What the calls use is given up only after all of them have left.
//!
//! Thread: any but the audio thread.

use crate::lock::{Condvar, Mutex};

#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    shut: bool,
    inside: usize,
}

/// Proof that its owner is inside. It leaves when this is dropped.
pub(super) struct Pass<'a>(&'a Gate);

impl Gate {
    /// Lets a call in; `None` once the gate is shut.
    pub fn enter(&self) -> Option<Pass<'_>> {
        let mut state = self.state.lock();
        if state.shut {
            return None;
        }
        state.inside += 1;
        Some(Pass(self))
    }

    /// Lets nobody in any more, and waits until all have left. False if it was shut already.
    pub fn shut(&self) -> bool {
        let mut state = self.state.lock();
        let first = !state.shut;
        state.shut = true;
        while state.inside > 0 {
            state = self.left.wait(state);
        }
        first
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.inside -= 1;
        if state.inside == 0 {
            self.0.left.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shut_once_and_after_the_last_call_has_left() {
        let gate = Gate::default();
        let pass = gate.enter().expect("it is open");
        std::thread::scope(|scope| {
            let shutting = scope.spawn(|| gate.shut());
            while gate.enter().is_some() {
                std::thread::yield_now();
            }
            assert!(!shutting.is_finished());
            drop(pass);
            assert!(shutting.join().expect("no panic"));
        });
        assert!(!gate.shut());
    }
}
