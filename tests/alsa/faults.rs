//! A device that fails: what the program is told, that nothing captured before is lost, that a dead device costs no
//! processor time, and that closing never waits for one.

use crate::inside::{Beside, inside};
use crate::tools::{self, events, read_all, run_until, wait_for};
use amio::{Chunk, Config, Error, Event, EventKind, Interface, State};
use std::process::Command;
use std::time::{Duration, Instant};

/// Good frames before a fault begins; see fault.c.
const BEFORE: u64 = 48_000 * 3 / 10;
/// So many frames are dropped, or not played, without a word.
const HELD: u64 = 512;
const PATIENCE: Duration = Duration::from_secs(4);
/// Numbers of captured frames are modulo this.
const NUMBERS: i64 = 1 << 24;

fn lost(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Lost { reason } => Some(reason.clone()),
        _ => None,
    }
}

fn reconnected(event: &Event) -> Option<u64> {
    match event.kind {
        EventKind::Reconnected { gap_frames } => Some(gap_frames),
        _ => None,
    }
}

fn recovered(event: &Event) -> Option<(u64, u64)> {
    match event.kind {
        EventKind::Recovered {
            lost_frames,
            unheard_frames,
        } => Some((lost_frames, unheard_frames)),
        _ => None,
    }
}

/// The device's number of each captured frame less the device frame of its stamp, where it changes.
fn offsets(chunks: &[(Chunk, Vec<f32>)]) -> Vec<(u64, i64)> {
    let mut offsets: Vec<(u64, i64)> = Vec::new();
    for (chunk, samples) in chunks {
        for (device_frame, &number) in (chunk.device_frame..).zip(samples) {
            let offset = (number as i64 - device_frame as i64).rem_euclid(NUMBERS);
            if offsets.last().is_none_or(|&(_, last)| last != offset) {
                offsets.push((device_frame, offset));
            }
        }
    }
    offsets
}

/// All that was captured before the last one of the events is there, once and in order.
fn assert_all_before(interface: &Interface, events: &[Event]) {
    let end = events.last().expect("there is one").device_frame;
    let mut chunks = read_all(interface);
    // It may be back already.
    chunks.retain(|(chunk, _)| chunk.device_frame < end);
    assert!(chunks.iter().all(|(chunk, _)| chunk.lost_before == 0));
    let frames: usize = chunks.iter().map(|(_, samples)| samples.len()).sum();
    assert_eq!(frames as u64, end);
    assert!(end > BEFORE / 2, "{end}");
    let offsets = offsets(&chunks);
    assert_eq!(offsets.len(), 1, "{offsets:?}");
}

fn assert_closes_at_once(interface: &Interface) {
    let begun = Instant::now();
    interface.close();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(interface.state(), State::Closed);
}

/// The processor time of this process so far.
fn processor_time() -> Duration {
    const TICKS: u32 = 100;
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let after_name = stat.rsplit_once(") ").expect("the name ends").1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = [11, 12].map(|at: usize| fields[at].parse::<u32>().expect("a number"));
    Duration::from_secs((ticks[0] + ticks[1]).into()) / TICKS
}

/// Lets time pass, of which this process may use a twentieth.
fn assert_is_idle(interface: &Interface) {
    const WATCHED: Duration = Duration::from_secs(3);
    let before = processor_time();
    let begun = Instant::now();
    while begun.elapsed() < WATCHED {
        let left = WATCHED.saturating_sub(begun.elapsed());
        // It may be lost again and again meanwhile.
        let _ = interface.wait_event(left);
    }
    let used = processor_time() - before;
    assert!(used < WATCHED / 20, "{used:?} of {WATCHED:?}");
}

fn long_period(fault: &str) -> Config {
    Config {
        period_frames: Some(1024),
        ..tools::config(fault)
    }
}

#[test]
fn a_device_without_a_fault_is_captured_frame_by_frame() {
    inside!(Beside::Nothing, {
        for period in [64, 256, 1024] {
            let config = Config {
                period_frames: Some(period),
                ..tools::config("fault:none")
            };
            let interface = tools::start(config);
            assert_eq!(interface.period_frames(), period);
            run_until(&interface, 48_000);
            let latency = interface.latency();
            assert_eq!(latency.capture_frames, period);
            assert_eq!(latency.playback_frames, 2 * period);
            let events = events(&interface);
            let recoveries = events.iter().filter_map(recovered).count();
            let offsets = offsets(&read_all(&interface));
            assert!(offsets.len() <= 1 + recoveries, "{offsets:?}");
            assert!(recoveries <= 2, "{events:#?}");
            assert_closes_at_once(&interface);
        }
    });
}

#[test]
fn an_output_alone_is_paced_by_its_device() {
    inside!(Beside::Nothing, {
        let config = Config {
            input_channels: 0,
            ..tools::config("fault:none")
        };
        let interface = tools::start(config);
        let info = interface.alsa_info().expect("it is ALSA's");
        assert!(info.capture.is_none() && info.playback.is_some());
        run_until(&interface, 24_000);
        let begun = Instant::now();
        let first = interface.transport().device_frame;
        run_until(&interface, first + 48_000);
        let took = begun.elapsed();
        let ran = Duration::from_millis(900)..Duration::from_millis(1_100);
        assert!(ran.contains(&took), "{took:?}");
        assert_eq!(interface.latency().capture_frames, 0);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn an_input_alone_is_captured_frame_by_frame() {
    inside!(Beside::Nothing, {
        let config = Config {
            output_channels: 0,
            ..tools::config("fault:none")
        };
        let interface = tools::start(config);
        let info = interface.alsa_info().expect("it is ALSA's");
        assert!(info.capture.is_some() && info.playback.is_none());
        run_until(&interface, 48_000);
        let recoveries = events(&interface).iter().filter_map(recovered).count();
        let offsets = offsets(&read_all(&interface));
        assert!(
            offsets.len() <= 1 + recoveries && recoveries <= 2,
            "{offsets:?}"
        );
        assert_eq!(interface.latency().playback_frames, 0);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn two_devices_with_other_periods_run_with_the_longer_one() {
    inside!(Beside::Nothing, {
        let mut config = tools::config("fault:none");
        config.period_frames = Some(256);
        config.alsa.playback = Some("long_period".to_owned());
        let interface = tools::start(config);
        let info = interface.alsa_info().expect("it is ALSA's");
        let [playback, capture] = [info.playback, info.capture].map(|side| side.expect("both"));
        assert_eq!((playback.period_frames, capture.period_frames), (1024, 256));
        assert_eq!(interface.period_frames(), 1024);
        run_until(&interface, 96_000);
        let recoveries = events(&interface).iter().filter_map(recovered).count();
        let offsets = offsets(&read_all(&interface));
        assert!(
            offsets.len() <= 1 + recoveries && recoveries <= 1,
            "{offsets:?}"
        );
        assert_closes_at_once(&interface);
    });
}

#[test]
fn xruns_are_recovered_from_and_the_frames_that_passed_are_counted() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:xruns"));
        run_until(&interface, 2 * 48_000);
        assert_eq!(interface.state(), State::Running);
        let events = events(&interface);
        let recoveries: Vec<&Event> = events.iter().filter(|e| recovered(e).is_some()).collect();
        assert!(recoveries.len() >= 10, "{events:#?}");
        for recovery in &recoveries {
            let (lost_frames, unheard_frames) = recovered(recovery).expect("it was picked");
            let skipped = events.iter().find_map(|event| match event.kind {
                EventKind::Skipped { frames, .. }
                    if event.device_frame == recovery.device_frame =>
                {
                    Some(frames)
                }
                _ => None,
            });
            assert_eq!(skipped, Some(lost_frames));
            assert!(lost_frames > 0 && lost_frames < 9_600, "{recovery:?}");
            assert!(unheard_frames <= 3 * 256, "{recovery:?}");
        }
        // Device frames follow the device's clock through all of them.
        let offsets = offsets(&read_all(&interface));
        let first = offsets[0].1;
        for (device_frame, offset) in &offsets {
            let drift = (offset - first).abs();
            assert!(drift <= 8, "{drift} at {device_frame}: {offsets:?}");
        }
        assert!(
            !events.iter().any(|event| lost(event).is_some()),
            "{events:#?}"
        );
        assert_closes_at_once(&interface);
    });
}

#[test]
fn frames_that_a_device_drops_without_a_word_are_found_and_counted() {
    inside!(Beside::Nothing, {
        let config = Config {
            period_frames: Some(512),
            ..tools::config("fault:deaf")
        };
        let interface = tools::start(config);
        let ((lost_frames, unheard_frames), _) = wait_for(&interface, PATIENCE, recovered);
        assert!(lost_frames.abs_diff(HELD) < 64, "{lost_frames}");
        assert_eq!(unheard_frames, 0);
        let here = interface.transport().device_frame;
        run_until(&interface, here + 48_000);
        let events = events(&interface);
        assert!(
            !events.iter().any(|event| recovered(event).is_some()),
            "{events:#?}"
        );
        // First the numbers run ahead of the device frames, and then they are as they were.
        let offsets: Vec<i64> = offsets(&read_all(&interface))
            .iter()
            .map(|(_, o)| *o)
            .collect();
        let [first, ahead, last] = offsets[..] else {
            panic!("{offsets:?}");
        };
        assert_eq!(ahead - first, HELD as i64);
        assert!((last - first).abs() < 64, "{offsets:?}");
    });
}

#[test]
fn an_output_that_stands_still_without_a_word_is_found_and_its_delay_is_taken_back() {
    inside!(Beside::Nothing, {
        let config = Config {
            period_frames: Some(256),
            ..tools::config("fault:mute")
        };
        let interface = tools::start(config);
        let ((lost_frames, unheard_frames), _) = wait_for(&interface, PATIENCE, recovered);
        assert_eq!((lost_frames, unheard_frames), (0, HELD));
        let here = interface.transport().device_frame;
        run_until(&interface, here + 48_000);
        let events = events(&interface);
        assert!(
            !events.iter().any(|event| recovered(event).is_some()),
            "{events:#?}"
        );
        assert_eq!(offsets(&read_all(&interface)).len(), 1);
    });
}

#[test]
fn a_device_with_nothing_but_xruns_counts_as_lost() {
    inside!(Beside::Nothing, {
        let interface = tools::start(long_period("fault:storm"));
        let (reason, passed) = wait_for(&interface, PATIENCE, lost);
        assert!(
            reason.starts_with("the device fails again and again"),
            "{reason}"
        );
        assert_all_before(&interface, &passed);
        // It is good again for a while.
        wait_for(&interface, PATIENCE, reconnected);
        assert_is_idle(&interface);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn a_system_that_sleeps_is_waited_for() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:sleep"));
        let ((lost_frames, _), passed) = wait_for(&interface, PATIENCE, recovered);
        // It sleeps for 200 ms.
        assert!(
            (9_500..24_000).contains(&lost_frames),
            "{lost_frames} {passed:#?}"
        );
        assert!(
            !passed.iter().any(|event| lost(event).is_some()),
            "{passed:#?}"
        );
        assert_eq!(interface.state(), State::Running);
        let here = interface.transport().device_frame;
        run_until(&interface, here + 24_000);
        assert!(
            !events(&interface)
                .iter()
                .any(|event| recovered(event).is_some())
        );
        assert_closes_at_once(&interface);
    });
}

#[test]
fn a_program_that_is_stopped_for_a_second_goes_on_with_the_device() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:none"));
        run_until(&interface, 24_000);
        let this = std::process::id();
        let stops = format!("kill -STOP {this}; sleep 1; kill -CONT {this}");
        let status = Command::new("sh").args(["-c", &stops]).status();
        assert!(status.expect("there is a shell").success());
        let ((lost_frames, _), passed) = wait_for(&interface, PATIENCE, recovered);
        assert!((40_000..72_000).contains(&lost_frames), "{lost_frames}");
        assert!(!passed.iter().any(|event| lost(event).is_some()));
        let here = interface.transport().device_frame;
        run_until(&interface, here + 24_000);
        let offsets = offsets(&read_all(&interface));
        let drift = offsets
            .iter()
            .map(|(_, offset)| (offset - offsets[0].1).abs())
            .max();
        assert!(drift.is_some_and(|drift| drift < 8), "{offsets:?}");
        assert_closes_at_once(&interface);
    });
}

#[test]
fn descriptors_that_signal_an_error_for_good_are_no_reason_to_spin() {
    inside!(Beside::Nothing, {
        let interface = tools::start(long_period("fault:pollerr"));
        let begun = Instant::now();
        let (reason, passed) = wait_for(&interface, PATIENCE, lost);
        assert_eq!(reason, "the device has moved no frames for too long");
        assert!(
            begun.elapsed() < Duration::from_millis(300 + 300),
            "{:?}",
            begun.elapsed()
        );
        assert_all_before(&interface, &passed);
        assert_is_idle(&interface);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn a_device_that_takes_frames_and_never_moves_is_lost() {
    inside!(Beside::Nothing, {
        let interface = tools::start(long_period("fault:stuck"));
        let begun = Instant::now();
        let (reason, _) = wait_for(&interface, PATIENCE, lost);
        assert_eq!(reason, "the device has moved no frames for too long");
        assert!(
            begun.elapsed() < Duration::from_millis(300),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(interface.state(), State::Lost);
        assert_is_idle(&interface);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn a_device_that_is_unplugged_is_lost_and_used_again_when_it_is_back() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:gone"));
        let (reason, passed) = wait_for(&interface, PATIENCE, lost);
        assert!(reason.contains("No such device"), "{reason}");
        assert!(
            !passed.iter().any(|event| recovered(event).is_some()),
            "{passed:#?}"
        );
        assert_all_before(&interface, &passed);
        let (gap_frames, _) = wait_for(&interface, PATIENCE, reconnected);
        // It is away for 400 ms.
        assert!((15_000..96_000).contains(&gap_frames), "{gap_frames}");
        assert_eq!(interface.state(), State::Running);
        let here = interface.transport().device_frame;
        run_until(&interface, here + 24_000);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn a_device_that_others_use_is_told_apart() {
    inside!(Beside::Nothing, {
        let error = Interface::new(tools::config("fault:busy")).err();
        let Some(Error::Driver { message, .. }) = &error else {
            panic!("{error:?}");
        };
        assert!(message.contains("busy"), "{message}");
    });
}

#[test]
fn a_device_that_comes_back_with_another_rate_ends_the_interface() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:rate"));
        let failed = |event: &Event| match &event.kind {
            EventKind::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let (reason, passed) = wait_for(&interface, PATIENCE, failed);
        assert!(
            reason.contains("48000") && reason.contains("44100"),
            "{reason}"
        );
        assert_eq!(interface.state(), State::Failed);
        assert_all_before(&interface, &passed);
        assert_closes_at_once(&interface);
    });
}

#[test]
fn closing_does_not_wait_for_a_call_that_hangs() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("fault:hang"));
        let stalled = |event: &Event| matches!(event.kind, EventKind::Stalled { .. }).then_some(());
        let (_, passed) = wait_for(&interface, PATIENCE, stalled);
        assert_all_before(&interface, &passed);
        assert_closes_at_once(&interface);
    });
}
