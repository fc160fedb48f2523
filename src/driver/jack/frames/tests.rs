//! The clock with cycles that were recorded from servers.

use super::*;

const HZ: u32 = 1_000_000; // one frame is 1,000 ns

/// A server and the clock that follows it.
struct Rig(FrameClock);

impl Rig {
    /// After a cycle of 256 frames that was due at once.
    fn at(first_frame: u32, due: u64) -> Rig {
        let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
        assert_eq!(rig.skipped(first_frame, 256, due), 0);
        rig
    }

    /// A cycle that runs when it is due; times in frames.
    fn skipped(&mut self, first_frame: u32, frames: u32, due: u64) -> u64 {
        self.late(first_frame, frames, due, due).skipped
    }

    fn late(&mut self, first_frame: u32, frames: u32, due: u64, now: u64) -> Step {
        const START_NS: u64 = 1 << 50;
        let mut step = self.0.advance(Told {
            first_frame,
            frames,
            due_ns: START_NS + due * 1_000,
            now_ns: START_NS + now * 1_000,
        });
        step.time_ns = (step.time_ns - START_NS) / 1_000;
        step
    }
}

#[test]
fn consecutive_cycles_skip_nothing_even_where_the_counter_wraps() {
    let mut rig = Rig::at(u32::MAX - 255, 0);
    assert_eq!(rig.skipped(0, 256, 256), 0);
    assert_eq!(rig.skipped(256, 256, 512), 0);
}

#[test]
fn a_gap_counts_its_frames_even_where_the_counter_wraps() {
    let mut rig = Rig::at(u32::MAX - 511, 0);
    assert_eq!(rig.skipped(256, 256, 768), 512);
    assert_eq!(rig.skipped(512, 256, 1_024), 0);
}

#[test]
fn a_gap_of_the_counter_is_exact_though_the_clock_is_not() {
    let mut rig = Rig::at(0, 0);
    assert_eq!(rig.skipped(768, 256, 801), 512);
    assert_eq!(rig.skipped(1_024, 256, 1_020), 0);
}

#[test]
fn a_change_of_period_skips_nothing_though_the_counter_moves_by_the_difference() {
    let mut rig = Rig::at(1_000, 0);
    assert_eq!(rig.skipped(1_333, 333, 256), 0);
    assert_eq!(rig.skipped(1_666, 333, 589), 0);
    assert_eq!(rig.skipped(1_922, 256, 922), 0);
    assert_eq!(rig.skipped(2_434, 256, 1_434), 256);
}

#[test]
fn cycles_that_pipewire_leaves_out_where_its_quantum_changes_are_skipped_as_the_clock_says() {
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
    let (mut counter, mut due) = (0, 0);
    rig.skipped(counter, 64, due);
    for _ in 0..6 {
        (counter, due) = (counter + 1_088, due + 128);
        assert_eq!(rig.skipped(counter, 1_024, due), 64);
        (counter, due) = (counter + 1_088, due + 2_048);
        assert_eq!(rig.skipped(counter, 64, due), 1_024);
    }
}

#[test]
fn a_gap_of_a_stopped_client_is_counted_however_long_it_was() {
    let mut rig = Rig::at(0, 0);
    assert_eq!(rig.skipped(2_000_256, 256, 2_000_256), 2_000_000);
    // Of more than the counter can tell, the clock tells it, with the cycle after.
    let far = 2_000_256 + 3_000_000_000;
    assert_eq!(rig.skipped(far as u32, 256, far), 0);
    assert_eq!(
        rig.skipped(far as u32 + 256, 256, far + 256),
        3_000_000_000 - 256
    );
}

#[test]
fn a_jump_that_took_no_time_is_a_new_counter() {
    let mut rig = Rig::at(0, 0);
    assert_eq!(rig.skipped(1_000_000, 256, 256), 0);
    assert_eq!(rig.skipped(1_000_256, 256, 512), 0);
}

#[test]
fn a_counter_that_begins_anew_skips_nothing() {
    let mut rig = Rig::at(5_000_000, 0);
    assert_eq!(rig.skipped(256, 256, 256), 0);
    assert_eq!(rig.skipped(1_024, 256, 1_024), 512);
}

#[test]
fn numbers_and_times_of_different_cycles_skip_nothing() {
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
    assert_eq!(rig.skipped(0, 8_192, 0), 0);
    // The number of the next, the time of this one.
    assert_eq!(rig.skipped(16_384, 8_192, 8_192), 0);
    assert_eq!(rig.skipped(16_384, 8_192, 16_384), 0);
    // The number of this one, the time of the next.
    assert_eq!(rig.skipped(24_576, 8_192, 32_768), 0);
    let step = rig.late(32_768, 8_192, 32_768, 32_800);
    assert_eq!((step.skipped, step.time_ns), (0, 32_768));
    assert_eq!(rig.skipped(40_960, 8_192, 40_960), 0);
}

#[test]
fn a_pause_of_pipewire_whose_cycles_are_made_up_for_skips_nothing() {
    let mut rig = Rig::at(0, 0);
    for cycle in 1..100 {
        let due = cycle * 256;
        let step = rig.late(due as u32, 256, due, 50_000);
        assert_eq!((step.skipped, step.time_ns), (0, due));
    }
}

/// How jackd smooths the times of its cycles, in microseconds.
struct Smoothed {
    due: i64,
    next: i64,
    period: f64,
}

impl Smoothed {
    const PERIOD: u64 = 5_333;

    fn cycle(&mut self, woken: u64) -> u64 {
        const OMEGA: f64 = Smoothed::PERIOD as f64 * 7.854e-7;
        let delta = (woken as i64 - self.next) as f64 * OMEGA;
        self.due = self.next;
        self.period += OMEGA * delta;
        self.next += (self.period + 1.41 * delta).round() as i64;
        self.due.cast_unsigned()
    }
}

#[test]
fn a_pause_of_jackd_is_skipped_and_its_times_are_not_taken_until_they_are_right() {
    const PERIOD: u64 = Smoothed::PERIOD;
    const START: u64 = 10 * PERIOD;
    const PAUSE: u64 = 1_000_000;
    let mut server = Smoothed {
        due: 0,
        next: START as i64,
        period: PERIOD as f64,
    };
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
    let mut frame = 0;
    let mut cycle = |due, now| {
        frame += PERIOD as u32;
        rig.late(frame, PERIOD as u32, due, now)
    };
    assert_eq!(cycle(server.cycle(START), START).skipped, 0);
    // The one that was due before the pause begins it anew, and the next comes at once.
    let back = START + PERIOD + PAUSE;
    server.cycle(back);
    assert_eq!(cycle(back, back).skipped, 0);
    let step = cycle(server.cycle(back + 3), back + 3);
    assert_eq!(step.skipped, PAUSE + 3 - PERIOD);
    for number in 1..5_000 {
        let now = back + 3 + number * PERIOD;
        let step = cycle(server.cycle(now), now + number % 400);
        assert_eq!(step.skipped, 0);
        assert!(step.time_ns.abs_diff(now) <= 2_000, "{step:?} at {now}");
    }
}

/// Here jackd's filter is not reset after a pause, and further pauses come before its times are right.
#[test]
fn all_pauses_of_jackd_are_skipped_however_its_filter_takes_them() {
    const PERIOD: u64 = Smoothed::PERIOD;
    const PAUSES: [(u64, u64); 4] = [
        (100, 1_000_000),
        (250, 300_000),
        (260, 20_000),
        (4_000, 700_000),
    ];
    let mut woken = 10 * PERIOD;
    let mut server = Smoothed {
        due: 0,
        next: woken as i64,
        period: PERIOD as f64,
    };
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
    let (begin, mut position) = (woken, 0);
    for number in 0..10_000 {
        let pause = PAUSES.iter().find(|(at, _)| *at == number);
        woken += pause.map_or(0, |(_, length)| *length);
        let now = woken + number * 7_919 % 400;
        let frame = (number * PERIOD) as u32;
        let step = rig.late(frame, PERIOD as u32, server.cycle(woken), now);
        position += step.skipped;
        let settled = PAUSES
            .iter()
            .all(|(at, _)| !(*at..at + 32).contains(&number));
        if settled {
            let off = position.abs_diff(woken - begin);
            assert!(off <= 1_000, "{off} frames off in cycle {number}");
            assert!(step.time_ns.abs_diff(woken) <= 3_000, "{step:?}, {woken}");
        }
        position += PERIOD;
        woken += PERIOD;
    }
}

#[test]
fn a_pause_that_jackd_tells_at_once_is_skipped() {
    let mut rig = Rig::at(0, 0);
    assert_eq!(rig.skipped(256, 256, 5_256), 0);
    assert_eq!(rig.skipped(512, 256, 5_512), 5_000);
    assert_eq!(rig.skipped(768, 256, 5_768), 0);
}

#[test]
fn times_that_are_not_smoothed_are_taken_however_late_the_first_cycle_is() {
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), false));
    let step = rig.late(0, 256, 0, 100_000);
    assert_eq!(step.time_ns, 0);
    let step = rig.late(512, 256, 512, 100_001);
    assert_eq!((step.skipped, step.time_ns), (256, 512));
}

#[test]
fn what_begins_with_a_time_that_is_long_ago_is_due_now() {
    let mut rig = Rig(FrameClock::new(Rate::new(HZ), true));
    let step = rig.late(0, 256, 0, 100_000);
    assert_eq!(step.time_ns, 100_000);
    let step = rig.late(256, 256, 500, 100_260);
    assert_eq!(step.time_ns, 100_256);
}
