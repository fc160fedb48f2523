//! When the next news of the engine comes that somebody waits for. Until then, the supervisor may sleep.

use super::interface::Inner;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The longest sleep of the supervisor while the interface runs. News that nobody waits for, such as skipped
/// frames, may come this late.
pub(super) const DOZE: Duration = Duration::from_millis(100);

/// A swap that is due within so many periods is awaited: it may take over before the next look.
const SOON: u64 = 2;

impl Inner {
    /// Whether somebody waits for a report that comes soon: a command is under way, a recorder runs, or a swap
    /// is due.
    pub fn awaits_reports(&self) -> bool {
        self.batches_in_flight.load(Ordering::Acquire) > 0
            || self.plan.lock().has_taps()
            || self.periods_to_next_swap() == 0
    }

    /// For how many periods nobody waits for a report or for input.
    pub fn quiet_periods(&self) -> u64 {
        match self.awaits_reports() {
            true => 0,
            false => self.periods_to_next_swap().min(self.periods_to_input()),
        }
    }

    fn periods_to_next_swap(&self) -> u64 {
        let Some(due) = self.outlook.lock().next_due() else {
            return u64::MAX;
        };
        let position = self.shared.snapshot.read().position;
        let frames = due.saturating_sub(position).max(0).cast_unsigned();
        (frames / self.period_frames()).saturating_sub(SOON)
    }

    fn periods_to_input(&self) -> u64 {
        let input = self.input.lock();
        match input.as_ref() {
            Some(input) if !self.input_is_due(input) => {
                let missing = self.missing_input(input) as u64;
                missing.saturating_sub(1) / self.period_frames()
            }
            // No input, or the program was woken for it already.
            _ => u64::MAX,
        }
    }

    fn period_frames(&self) -> u64 {
        u64::from(self.info.lock().period_frames).max(1)
    }
}

#[cfg(test)]
mod tests {
    use crate::control::{Config, Interface};
    use crate::driver::DriverKind;
    use crate::link::Swap;
    use crate::playspec::Playspec;

    /// Started, with periods of 256 frames at 48,000 Hz.
    fn interface() -> Interface {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        interface.start().expect("it starts");
        interface
    }

    fn read_all(interface: &Interface) {
        let read = |buffer: &mut [f32]| interface.read_input(buffer).expect("it reads");
        while read(&mut [0.0; 64]).is_some() {}
    }

    #[test]
    fn input_is_waited_for_until_the_program_was_told() {
        let interface = interface();
        assert_eq!(interface.inner().quiet_periods(), 0);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.inner().quiet_periods(), u64::MAX);
        read_all(&interface);
        assert_eq!(interface.inner().quiet_periods(), 0);
    }

    #[test]
    fn nobody_waits_for_less_input_than_the_program_wants() {
        let interface = interface();
        interface.set_input_threshold(1_024).expect("it is set");
        assert_eq!(interface.inner().quiet_periods(), 3);
        for left in [3, 2, 1, 0, u64::MAX] {
            assert_eq!(interface.inner().quiet_periods(), left);
            interface.advance(256, None, None).expect("it runs");
        }
    }

    #[test]
    fn a_command_is_waited_for_until_it_is_done() {
        let interface = interface();
        interface.advance(1, None, None).expect("it runs");
        interface.set_rolling(true).expect("it is asked");
        assert_eq!(interface.inner().quiet_periods(), 0);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.inner().quiet_periods(), u64::MAX);
    }

    #[test]
    fn a_swap_is_waited_for_shortly_before_it_is_due() {
        let interface = interface();
        interface.set_rolling(true).expect("it is asked");
        let playspec = Playspec::new(Vec::new()).expect("an empty one");
        interface
            .schedule(&playspec, Swap::at(48_001))
            .expect("it is scheduled");
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.inner().quiet_periods(), 48_000 / 256 - 2);
        interface.set_position(47_900).expect("it seeks");
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(interface.inner().quiet_periods(), 0);
        interface.advance(101, None, None).expect("it runs");
        assert_eq!(interface.inner().quiet_periods(), u64::MAX);
    }
}
