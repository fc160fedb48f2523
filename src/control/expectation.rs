//! When the engine will next report something that somebody waits for. Until then, the supervisor may sleep.

use super::core::Core;
use super::exchange::Exchange;
use super::input::CapturedInput;

/// A swap that is due within this many periods counts as due now: it may take over before the next look.
const SOON: u64 = 2;

/// Whether somebody waits for a report that comes soon: a command is under way, a recorder runs, or a swap
/// is due.
pub(super) fn awaits_reports(core: &Core, exchange: &Exchange) -> bool {
    exchange.is_busy() || periods_to_next_swap(core, exchange) == 0
}

/// For how many periods nobody waits for a report or for input. A MIDI message may come at any time.
pub(super) fn quiet_periods(core: &Core, exchange: &Exchange) -> u64 {
    match awaits_reports(core, exchange) || exchange.midi.awaits() {
        true => 0,
        false => periods_to_next_swap(core, exchange).min(periods_to_input(core, &exchange.input)),
    }
}

fn periods_to_next_swap(core: &Core, exchange: &Exchange) -> u64 {
    let Some(due) = exchange.outlook.lock().next_due() else {
        return u64::MAX;
    };
    let position = core.shared.snapshot.read().position;
    let frames = due.saturating_sub(position).max(0).cast_unsigned();
    (frames / u64::from(core.period_frames())).saturating_sub(SOON)
}

fn periods_to_input(core: &Core, input: &CapturedInput) -> u64 {
    input.frames_to_wake().map_or(u64::MAX, |frames| {
        (frames as u64).saturating_sub(1) / u64::from(core.period_frames())
    })
}

#[cfg(test)]
mod tests {
    use crate::control::{Config, Interface, RecorderConfig};
    use crate::driver::DriverKind;
    use crate::link::Swap;
    use crate::playspec::Playspec;

    /// Started, with periods of 256 frames at 48,000 Hz.
    fn interface() -> Interface {
        let interface = Interface::new(Config::new(DriverKind::Offline)).expect("an interface");
        interface.start().expect("it starts");
        interface
    }

    fn quiet_periods(interface: &Interface) -> u64 {
        let parts = interface.parts();
        super::quiet_periods(&parts.core, &parts.exchange)
    }

    fn read_all(interface: &Interface) {
        let read = |buffer: &mut [f32]| interface.read_input(buffer).expect("it reads");
        while read(&mut [0.0; 64]).is_some() {}
    }

    #[test]
    fn input_is_waited_for_until_the_program_was_told() {
        let interface = interface();
        assert_eq!(quiet_periods(&interface), 0);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(quiet_periods(&interface), u64::MAX);
        read_all(&interface);
        assert_eq!(quiet_periods(&interface), 0);
    }

    #[test]
    fn nobody_waits_for_less_input_than_the_program_wants() {
        let interface = interface();
        interface.set_input_threshold(1_024).expect("it is set");
        assert_eq!(quiet_periods(&interface), 3);
        for left in [3, 2, 1, 0, u64::MAX] {
            assert_eq!(quiet_periods(&interface), left);
            interface.advance(256, None, None).expect("it runs");
        }
    }

    #[test]
    fn a_command_is_waited_for_until_it_is_done() {
        let interface = interface();
        interface.advance(1, None, None).expect("it runs");
        interface.set_rolling(true).expect("it is asked");
        assert_eq!(quiet_periods(&interface), 0);
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(quiet_periods(&interface), u64::MAX);
    }

    #[test]
    fn nothing_is_waited_for_after_a_recorder_also_with_one_place_for_commands() {
        let mut config = Config::new(DriverKind::Offline);
        config.command_queue = 1;
        let interface = Interface::new(config).expect("an interface");
        interface.start().expect("it starts");
        interface.set_input_threshold(1 << 20).expect("it is set");
        let name = format!("amio-expectation-{}.wav", std::process::id());
        let path = std::env::temp_dir().join(name);
        let config = RecorderConfig::default();
        let recorder = interface.record(&path, &config).expect("it records");
        interface.advance(256, None, None).expect("it runs");
        assert_eq!(quiet_periods(&interface), 0);
        recorder.stop().expect("the disk has room");
        for _ in 0..2 {
            interface.advance(256, None, None).expect("it runs");
        }
        assert!(quiet_periods(&interface) > 0);
        std::fs::remove_file(&path).expect("it was recorded");
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
        assert_eq!(quiet_periods(&interface), 48_000 / 256 - 2);
        interface.set_position(47_900).expect("it seeks");
        interface.advance(1, None, None).expect("it runs");
        assert_eq!(quiet_periods(&interface), 0);
        interface.advance(101, None, None).expect("it runs");
        assert_eq!(quiet_periods(&interface), u64::MAX);
    }
}
