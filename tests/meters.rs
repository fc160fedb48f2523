//! Live meters on the offline driver, with different periods, compared with a simple computation.

use crate::reference::rng::Rng;
use amio::{Clip, Config, DriverKind, Entry, Interface, Meter, Meters, Playspec, Swap};
use std::sync::atomic::{AtomicBool, Ordering};

const CHANNELS: u16 = 3;
const INPUTS: usize = 2;

/// An interface that plays `samples`, interleaved, from device frame 0 on.
fn playing(rate: u32, period: u32, clamp: bool, samples: &[f32]) -> Interface {
    let interface = Interface::new(Config {
        frame_rate_hz: Some(rate),
        period_frames: Some(period),
        input_channels: INPUTS as u16,
        output_channels: CHANNELS,
        clamp: Some(clamp),
        declick_frames: Some(0),
        ..Config::new(DriverKind::Offline)
    })
    .expect("an interface");
    let clip = Clip::from_f32(rate, CHANNELS, samples).expect("a clip");
    let playspec = Playspec::new(vec![Entry::new(&clip, 0)]).expect("a playspec");
    interface.schedule(&playspec, Swap::at(0)).expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it starts");
    interface
}

/// Noise whose loudness changes, with some samples beyond full scale.
fn noise(rng: &mut Rng, count: usize) -> Vec<f32> {
    let mut level = 1.0;
    (0..count)
        .map(|n| {
            if n % 5_000 == 0 {
                level = rng.sample().abs() * 1.1;
            }
            match rng.chance(1) {
                true => *rng.pick(&[1.0, -1.0, 0.999_999_94, -1.5]),
                false => (rng.sample() * level) as f32,
            }
        })
        .collect()
}

/// One channel of the first `frames` frames; `step`: the number of channels.
fn channel(interleaved: &[f32], channel: usize, step: usize, frames: usize) -> Vec<f32> {
    let samples = interleaved.iter().copied().skip(channel).step_by(step);
    samples.take(frames).collect()
}

/// What a meter should show after `samples`, computed as its documentation says.
fn brute(rate: u32, samples: &[f32]) -> Meter {
    let block = rate as usize / 100;
    let window = 29 * block + samples.len() % block;
    let recent = &samples[samples.len().saturating_sub(window)..];
    let squares: f64 = recent.iter().map(|x| f64::from(*x).powi(2)).sum();
    Meter {
        peak: recent.iter().map(|x| x.abs()).fold(0.0, f32::max),
        rms: (squares / window as f64).sqrt() as f32,
        clipped: samples.iter().filter(|x| x.abs() >= 1.0).count() as u64,
    }
}

#[track_caller]
fn assert_close(found: Meter, expected: Meter) {
    assert_eq!(
        (found.peak, found.clipped),
        (expected.peak, expected.clipped)
    );
    let apart = (found.rms - expected.rms).abs();
    assert!(apart <= expected.rms * 1e-5, "{found:?}, not {expected:?}");
}

#[test]
fn meters_show_the_last_300_ms_whatever_the_period() {
    for rate in [48_000, 44_100, 1_000] {
        let mut rng = Rng::new(u64::from(rate));
        let total = 20_011;
        let output = noise(&mut rng, total * usize::from(CHANNELS));
        let input = noise(&mut rng, total * INPUTS);
        let stops = [1, 17, 479, 480, 481, 5_000, 14_400, 15_555, 20_011];
        let mut first: Option<Vec<Meters>> = None;
        for (period, clamp) in [(1, false), (127, true), (128, false), (4096, true)] {
            let interface = playing(rate, period, clamp, &output);
            let mut seen = Vec::new();
            let mut done = 0;
            for stop in stops {
                let fed = &input[done * INPUTS..stop * INPUTS];
                interface
                    .advance((stop - done) as u64, Some(fed), None)
                    .expect("it runs");
                done = stop;
                seen.push(interface.meters());
            }
            for (stop, meters) in stops.iter().zip(&seen) {
                for (n, meter) in meters.outputs.iter().enumerate() {
                    assert_close(*meter, brute(rate, &channel(&output, n, 3, *stop)));
                }
                for (n, meter) in meters.inputs.iter().enumerate() {
                    assert_close(*meter, brute(rate, &channel(&input, n, INPUTS, *stop)));
                }
                assert_eq!((meters.inputs.len(), meters.outputs.len()), (INPUTS, 3));
            }
            assert_eq!(*first.get_or_insert(seen.clone()), seen, "period {period}");
        }
    }
}

#[test]
fn an_over_shows_in_an_output_that_is_clamped() {
    let interface = playing(48_000, 64, true, &[2.0, 0.5, -1.0]);
    let mut output = [0.0; 3];
    interface
        .advance(1, None, Some(&mut output))
        .expect("it runs");
    assert_eq!(output, [1.0, 0.5, -1.0]);
    let clipped = interface
        .meters()
        .outputs
        .iter()
        .map(|m| (m.peak, m.clipped))
        .collect::<Vec<_>>();
    assert_eq!(clipped, [(2.0, 1), (0.5, 0), (1.0, 1)]);
}

#[test]
fn reading_takes_nothing_from_the_next_reader() {
    let interface = playing(48_000, 64, false, &[0.75; 3]);
    interface.advance(1_000, None, None).expect("it runs");
    let first = interface.meters();
    assert_eq!(first.outputs[2].peak, 0.75);
    assert_eq!(interface.meters(), first);
    for (n, meter) in (0..).zip(&first.outputs) {
        assert_eq!(interface.output_meter(n), Some(*meter));
    }
    for (n, meter) in (0..).zip(&first.inputs) {
        assert_eq!(interface.input_meter(n), Some(*meter));
    }
    assert_eq!(interface.output_meter(CHANNELS), None);
    assert_eq!(interface.input_meter(INPUTS as u16), None);
}

#[test]
fn a_reader_on_another_thread_sees_values_of_one_moment_that_only_grow() {
    // Every 256th sample is 2.0, beyond full scale; all others are at most 0.5.
    let samples: Vec<f32> = (0..3 * 48_000)
        .map(|n| if n % (3 * 256) == 0 { 2.0 } else { 0.5 })
        .collect();
    let interface = playing(48_000, 32, true, &samples);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut last, mut changes) = (Meter::default(), 0);
            while !done.load(Ordering::Acquire) || changes == 0 {
                let now = interface.output_meter(0).expect("an output");
                assert!(now.clipped >= last.clipped, "{now:?} after {last:?}");
                assert_eq!(now.peak >= 1.0, now.clipped > 0, "{now:?}");
                assert!(now.rms <= now.peak, "{now:?}");
                changes += u64::from(now != last);
                last = now;
            }
        });
        interface.advance(48_000, None, None).expect("it runs");
        done.store(true, Ordering::Release);
        reader.join().expect("all it saw was right");
    });
}

#[test]
fn a_peak_stays_for_at_least_290_and_at_most_300_ms() {
    for at in [0, 479, 480, 777] {
        let mut samples = vec![0.0; 3 * 1000];
        samples[3 * at] = 0.5;
        let interface = playing(48_000, 64, false, &samples);
        interface
            .advance(at as u64 + 1, None, None)
            .expect("it runs");
        let mut stayed = 0;
        while interface.meters().outputs[0].peak > 0.0 {
            interface.advance(1, None, None).expect("it runs");
            stayed += 1;
        }
        assert!((29 * 480..=30 * 480).contains(&stayed), "{stayed} frames");
    }
}

#[test]
fn skipped_frames_count_as_silence() {
    let mut rng = Rng::new(5);
    for skipped in [1, 300, 480, 10_000, 14_000, 14_400, 1 << 40] {
        let input = noise(&mut rng, 9_000 * INPUTS);
        let interface = playing(48_000, 100, false, &[0.0; 3]);
        interface
            .advance(6_000, Some(&input[..6_000 * INPUTS]), None)
            .expect("it runs");
        interface.skip(skipped).expect("it skips");
        interface
            .advance(3_000, Some(&input[6_000 * INPUTS..]), None)
            .expect("it runs");
        let mut heard = channel(&input, 1, INPUTS, 9_000);
        // After a second of silence, the meter's past has no effect. So a long pause can be replaced by a
        // shorter one that ends at the same place in a block.
        let pause = skipped.min(48_000 + skipped % 480);
        heard.splice(6_000..6_000, std::iter::repeat_n(0.0, pause as usize));
        assert_close(interface.meters().inputs[1], brute(48_000, &heard));
    }
}

#[test]
fn an_input_that_is_not_a_number_shows_and_is_forgotten_like_any_other() {
    for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let interface = playing(48_000, 64, false, &[0.0; 3]);
        let mut input = vec![0.25; 2 * 1_000];
        input[2 * 500 + 1] = strange;
        interface
            .advance(1_000, Some(&input), None)
            .expect("it runs");
        let meter = interface.input_meter(1).expect("an input");
        assert_eq!((meter.peak, meter.clipped), (1e15, 1));
        assert!(meter.rms.is_finite());
        assert_eq!(interface.input_meter(0).expect("an input").clipped, 0);
        interface
            .advance(20_000, Some(&[0.25; 40_000]), None)
            .expect("it runs");
        let later = interface.input_meter(1).expect("an input");
        assert_close(
            later,
            Meter {
                peak: 0.25,
                rms: 0.25,
                clipped: 1,
            },
        );
    }
}
