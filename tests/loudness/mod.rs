//! Loudness and true peak: of the test signals of EBU Tech 3341 and 3342, and compared with libebur128.

use crate::reference::rng::Rng;
use crate::toolchain;
use amio::{Clip, Loudness, Progress};
use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::process::Command;

const RATE: u32 = 48_000;

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn linear(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// A sine of 1 kHz on all channels; each section lasts some seconds and has a peak level in dBFS
/// for each channel.
fn tone(rate: u32, sections: &[(f64, &[f64])]) -> Clip {
    let mut samples = Vec::new();
    let channels = sections[0].1.len();
    for (seconds, levels) in sections {
        for _ in 0..(seconds * f64::from(rate)).round() as usize {
            let phase = 2.0 * PI * 1000.0 / f64::from(rate);
            let value = (phase * (samples.len() / channels) as f64).sin();
            samples.extend(levels.iter().map(|db| (value * linear(*db)) as f32));
        }
    }
    Clip::from_f32(rate, channels as u16, &samples).expect("a clip")
}

/// The same level on two channels in each section.
fn stereo(sections: &[(f64, f64)]) -> Clip {
    let both: Vec<_> = sections.iter().map(|(s, db)| (*s, [*db; 2])).collect();
    let sections: Vec<_> = both.iter().map(|(s, db)| (*s, &db[..])).collect();
    tone(RATE, &sections)
}

fn measure(clip: &Clip) -> Loudness {
    Loudness::of_clip(clip, &mut go_on).expect("a loudness")
}

#[track_caller]
fn assert_near(found: Option<f64>, expected: f64, within: f64) {
    let found = found.expect("it is measured");
    assert!(
        (found - expected).abs() <= within,
        "{found}, not {expected}"
    );
}

#[test]
fn integrated_loudness_is_what_tech_3341_asks_for() {
    let signals: [(&[(f64, f64)], f64); 5] = [
        (&[(20.0, -23.0)], -23.0),
        (&[(20.0, -33.0)], -33.0),
        (&[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)], -23.0),
        (
            &[
                (10.0, -72.0),
                (10.0, -36.0),
                (60.0, -23.0),
                (10.0, -36.0),
                (10.0, -72.0),
            ],
            -23.0,
        ),
        (&[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)], -23.0),
    ];
    for (sections, expected) in signals {
        assert_near(measure(&stereo(sections)).integrated_lufs, expected, 0.1);
    }
}

#[test]
fn steady_loudness_is_the_same_in_every_window() {
    let loudness = measure(&stereo(&[(20.0, -23.0)]));
    assert_near(loudness.max_momentary_lufs, -23.0, 0.1);
    assert_near(loudness.max_short_term_lufs, -23.0, 0.1);
    assert_near(loudness.range_lu, 0.0, 0.1);
}

#[test]
fn bursts_shorter_than_a_window_have_the_loudness_that_tech_3341_asks_for() {
    let slow = [(1.34, -20.0), (1.66, -30.0)].repeat(5);
    assert_near(measure(&stereo(&slow)).max_short_term_lufs, -23.0, 0.1);
    let quick = [(0.18, -20.0), (0.22, -30.0)].repeat(25);
    assert_near(measure(&stereo(&quick)).max_momentary_lufs, -23.0, 0.1);
}

#[test]
fn the_loudest_windows_are_found_wherever_they_begin() {
    for offset in 0..20 {
        let lead = 0.15 * f64::from(offset);
        let short_term = [(lead, -100.0), (3.0, -23.0), (1.0, -100.0)];
        assert_near(
            measure(&stereo(&short_term)).max_short_term_lufs,
            -23.0,
            0.1,
        );
    }
}

#[test]
fn surround_channels_count_more_and_the_low_frequency_channel_not_at_all() {
    let five = [-28.0, -28.0, -24.0, -30.0, -30.0];
    assert_near(
        measure(&tone(RATE, &[(20.0, &five)])).integrated_lufs,
        -23.0,
        0.1,
    );
    let six = [-28.0, -28.0, -24.0, 0.0, -30.0, -30.0];
    assert_near(
        measure(&tone(RATE, &[(20.0, &six)])).integrated_lufs,
        -23.0,
        0.1,
    );
    let beside = linear(-30.0).powi(2) * 2.0 * 1.41;
    let behind = linear(-30.0).powi(2) * 2.0;
    let expected = 10.0 * ((beside + behind) / 2.0).log10();
    let eight = [-99.0, -99.0, -99.0, 0.0, -30.0, -30.0, -30.0, -30.0];
    assert_near(
        measure(&tone(RATE, &[(5.0, &eight)])).integrated_lufs,
        expected,
        0.1,
    );
}

#[test]
fn one_channel_is_counted_once() {
    let one = measure(&tone(RATE, &[(5.0, &[-23.0])]));
    assert_near(one.integrated_lufs, -26.01, 0.1);
}

#[test]
fn loudness_is_the_same_at_every_common_rate() {
    for rate in [
        8_000, 11_025, 22_050, 44_100, 88_200, 96_000, 192_000, 384_000, 768_000,
    ] {
        let clip = tone(rate, &[(3.1, &[-23.0, -23.0])]);
        // Near half the rate, the bilinear transform distorts the filter's frequency response a little.
        let within = if rate < 20_000 { 0.4 } else { 0.1 };
        assert_near(measure(&clip).integrated_lufs, -23.0, within);
        assert_near(measure(&clip).max_short_term_lufs, -23.0, within);
    }
}

#[test]
fn loudness_range_is_what_tech_3342_asks_for() {
    let signals: [(&[f64], f64); 4] = [
        (&[-20.0, -30.0], 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ];
    for (levels, expected) in signals {
        let sections: Vec<_> = levels.iter().map(|db| (20.0, *db)).collect();
        assert_near(measure(&stereo(&sections)).range_lu, expected, 1.0);
    }
}

#[test]
fn peaks_between_samples_are_what_tech_3341_asks_for() {
    // Sines: frequency as a fraction of the rate, first phase in degrees, level.
    let signals = [
        (4.0, 0.0, 0.5),
        (4.0, 45.0, 0.5),
        (6.0, 60.0, 0.5),
        (8.0, 67.5, 0.5),
        (4.0, 45.0, 1.41),
    ];
    for (period, degrees, level) in signals {
        let samples: Vec<f32> = (0..RATE)
            .map(|n| {
                let fade = (f64::from(n.min(RATE - n)) / 4800.0).min(1.0);
                let phase = 2.0 * PI * f64::from(n) / period + degrees * PI / 180.0;
                (phase.sin() * level * fade) as f32
            })
            .collect();
        let clip = Clip::from_f32(RATE, 1, &samples).expect("a clip");
        let found = 20.0 * f64::from(measure(&clip).true_peak()).log10();
        let apart = found - 20.0 * f64::log10(level);
        assert!(
            (-0.4..=0.2).contains(&apart),
            "1/{period} at {degrees}: {apart}"
        );
    }
}

#[test]
fn a_peak_between_the_last_samples_is_found() {
    let mut samples = vec![0.0; 1000];
    samples.extend([1.0, 1.0]);
    let clip = Clip::from_f32(RATE, 1, &samples).expect("a clip");
    assert!(measure(&clip).true_peak() > 1.2);
}

#[test]
fn a_true_peak_is_never_below_the_sample_peak() {
    let mut rng = Rng::new(1);
    for rate in [1_000, 48_000, 96_000, 192_000, 768_000] {
        let samples: Vec<f32> = (0..9_999).map(|_| rng.sample() as f32).collect();
        let loudness = measure(&Clip::from_f32(rate, 3, &samples).expect("a clip"));
        for (n, channel) in loudness.channels.iter().enumerate() {
            let own = samples.iter().skip(n).step_by(3).map(|x| x.abs());
            assert_eq!(channel.sample_peak, own.fold(0.0, f32::max));
            assert!(channel.true_peak >= channel.sample_peak);
        }
    }
}

#[test]
fn levels_of_each_channel_are_those_of_its_samples() {
    let mut rng = Rng::new(2);
    let mut samples: Vec<f32> = (0..60_000).map(|_| (rng.sample() * 0.4) as f32).collect();
    for (at, value) in [(3, 1.0), (30_001, -1.0), (59_999, 32_767.0 / 32_768.0)] {
        samples[at] = value;
    }
    samples[5_001] = 32_766.0 / 32_768.0;
    samples
        .iter_mut()
        .step_by(2)
        .for_each(|left| *left += 0.125);
    let loudness = measure(&Clip::from_f32(RATE, 2, &samples).expect("a clip"));
    assert_eq!(loudness.channels.len(), 2);
    assert_eq!(
        loudness
            .channels
            .iter()
            .map(|c| c.clipped)
            .collect::<Vec<_>>(),
        [0, 3]
    );
    for (n, channel) in loudness.channels.iter().enumerate() {
        let own: Vec<f64> = samples
            .iter()
            .skip(n)
            .step_by(2)
            .map(|x| (*x).into())
            .collect();
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        let square = own.iter().map(|x| x * x).sum::<f64>() / own.len() as f64;
        assert!((channel.dc_offset - mean).abs() < 1e-12);
        assert!((channel.rms - square.sqrt()).abs() < 1e-12);
    }
}

#[test]
fn what_cannot_be_measured_is_none_and_not_a_number_that_means_nothing() {
    let silence = measure(&Clip::from_f32(RATE, 2, &vec![0.0; 500_000]).expect("a clip"));
    let short = measure(&stereo(&[(0.39, -20.0)]));
    let slow = measure(&tone(3_999, &[(5.0, &[-20.0])]));
    let many = measure(&tone(RATE, &[(1.0, &[-20.0; 9])]));
    for nothing in [&silence, &short, &slow, &many] {
        assert_eq!(nothing.integrated_lufs, None);
        assert_eq!(nothing.range_lu, None);
        assert_eq!(nothing.max_momentary_lufs, None);
        assert_eq!(nothing.max_short_term_lufs, None);
    }
    assert_eq!(silence.true_peak(), 0.0);
    assert!(slow.sample_peak() > 0.09 && many.sample_peak() > 0.09);
    let medium = measure(&stereo(&[(2.9, -20.0)]));
    assert_near(medium.max_momentary_lufs, -20.0, 0.1);
    assert_eq!((medium.max_short_term_lufs, medium.range_lu), (None, None));
}

/// Noise with alternating loud and quiet parts, of any number of channels.
fn weather(rng: &mut Rng, rate: u32, channels: u16, seconds: u32) -> Clip {
    let mut level = 0.1;
    let samples: Vec<f32> = (0..rate * seconds * u32::from(channels))
        .map(|n| {
            if n % (rate / 2) == 0 {
                level = linear(-rng.sample().abs() * 50.0);
            }
            (rng.sample() * level) as f32
        })
        .collect();
    Clip::from_f32(rate, channels, &samples).expect("a clip")
}

#[test]
fn loudness_is_what_libebur128_says() {
    let program = toolchain::scratch().join("loudness");
    toolchain::succeed(
        toolchain::compiler("c99")
            .arg("-o")
            .arg(&program)
            .arg(toolchain::repository().join("tests/loudness/reference.c"))
            .args(["-lebur128", "-lm"]),
    );
    let mut rng = Rng::new(3);
    for (rate, channels) in [
        (48_000, 2),
        (44_100, 1),
        (11_025, 2),
        (96_000, 6),
        (192_000, 4),
    ] {
        let clip = weather(&mut rng, rate, channels, 12);
        let raw = toolchain::scratch().join("loudness.f32");
        let info = clip.info();
        let planar: Vec<Vec<f32>> = (0..channels)
            .map(|channel| {
                let mut samples = vec![0.0; info.frames as usize];
                clip.read(channel, 0, &mut samples);
                samples
            })
            .collect();
        let bytes: Vec<u8> = (0..info.frames as usize)
            .flat_map(|frame| planar.iter().map(move |channel| channel[frame]))
            .flat_map(f32::to_ne_bytes)
            .collect();
        std::fs::write(&raw, bytes).expect("a file");
        let said = toolchain::succeed(
            Command::new(&program)
                .arg(&raw)
                .args([channels.to_string(), rate.to_string()]),
        );
        let said: Vec<f64> = said
            .split_whitespace()
            .map(|word| word.parse().expect("a number"))
            .collect();
        let ours = measure(&clip);
        assert_near(ours.integrated_lufs, said[0], 1e-3);
        assert_near(ours.range_lu, said[1], 1e-3);
        assert_near(ours.max_momentary_lufs, said[2], 0.02);
        assert_near(ours.max_short_term_lufs, said[3], 0.02);
        for (channel, said) in ours.channels.iter().zip(&said[4..]) {
            let apart = f64::from(channel.true_peak) - said;
            assert!(apart.abs() < 1e-4, "{channel:?}, not {said}");
        }
        assert_eq!(said.len(), 4 + usize::from(channels));
    }
}
