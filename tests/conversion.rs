//! Rate conversion: the quality of each level, measured with tones; lengths, places and gains;
//! cancelling.

#[path = "../benches/convert/analysis.rs"]
mod analysis;

use amio::{Clip, Error, FRAME_RATE_RANGE_HZ, Quality};
use analysis::{Fit, figures, fit};
use std::ops::ControlFlow;

const LEVELS: [Quality; 3] = [Quality::Draft, Quality::Good, Quality::Best];

fn converted(clip: &Clip, to_hz: u32, quality: Quality) -> amio::Result<Clip> {
    clip.convert(to_hz, quality, &mut |_| ControlFlow::Continue(()))
}

fn convert(samples: &[f32], from_hz: u32, to_hz: u32, quality: Quality) -> Vec<f32> {
    let clip = Clip::from_f32(from_hz, 1, samples).expect("a clip");
    let clip = converted(&clip, to_hz, quality).expect("it can be converted");
    assert_eq!(clip.info().frame_rate_hz, to_hz);
    let mut out = vec![0.0; clip.info().frames as usize];
    clip.read(0, 0, &mut out);
    out
}

fn fit_of(quality: Quality, hz: f64, from_hz: u32, to_hz: u32) -> Fit {
    let convert = &mut |samples: &[f32], from, to| convert(samples, from, to, quality);
    fit(convert, hz, from_hz, to_hz, 1.0)
}

/// Pseudo-random numbers, the same in each run.
fn random() -> impl FnMut(u64) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    }
}

#[test]
fn the_figures_of_good_hold() {
    let figures = figures(&mut |samples, from, to| convert(samples, from, to, Quality::Good));
    assert!(
        figures.thd_n_db.iter().all(|db| *db <= -134.0),
        "{:?}",
        figures.thd_n_db
    );
    assert!(figures.ripple_db.abs() <= 0.01, "{} dB", figures.ripple_db);
    assert!(
        figures.transition_db <= -25.2,
        "{} dB",
        figures.transition_db
    );
    assert!(figures.alias_db <= -135.0, "{} dB", figures.alias_db);
    assert!(
        figures.delay_frames.abs() < 1e-6,
        "{} frames",
        figures.delay_frames
    );
    assert_eq!(figures.frames, 2_880_001);
}

#[test]
fn the_figures_of_best_hold() {
    let figures = figures(&mut |samples, from, to| convert(samples, from, to, Quality::Best));
    assert!(
        figures.thd_n_db.iter().all(|db| *db <= -149.5),
        "{:?}",
        figures.thd_n_db
    );
    assert!(figures.ripple_db.abs() <= 0.001, "{} dB", figures.ripple_db);
    assert!(
        figures.transition_db <= -32.2,
        "{} dB",
        figures.transition_db
    );
    assert!(figures.alias_db <= -150.0, "{} dB", figures.alias_db);
    assert!(
        figures.delay_frames.abs() < 1e-7,
        "{} frames",
        figures.delay_frames
    );
    assert_eq!(figures.frames, 2_880_001);
}

#[test]
fn a_draft_keeps_the_gain_of_what_a_preview_needs() {
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (44_100, 44_101)] {
        for hz in [100.0, 1_000.0, 10_000.0, 16_000.0] {
            let fit = fit_of(Quality::Draft, hz, from, to);
            assert!(
                fit.gain_db.abs() < 0.02,
                "{from} to {to}: {hz} Hz {} dB",
                fit.gain_db
            );
            assert!(
                fit.thd_n_db() < -75.0,
                "{from} to {to}: {hz} Hz {} dB",
                fit.thd_n_db()
            );
        }
    }
}

/// Rates for each algorithm: common ratios, nearly equal rates, very different rates.
const RATIOS: [(u32, u32); 14] = [
    (48_000, 44_100),
    (96_000, 48_000),
    (48_000, 96_000),
    (44_100, 192_000),
    (192_000, 44_100),
    (88_200, 44_100),
    (44_100, 32_000),
    (22_050, 32_000),
    (8_000, 44_100),
    (44_100, 44_101),
    (44_101, 44_100),
    (48_000, 47_952),
    (44_100, 767_999),
    (767_999, 44_100),
];

#[test]
fn the_noise_and_the_passband_hold_at_other_ratios() {
    for (quality, noise_db) in [(Quality::Good, -134.0), (Quality::Best, -149.0)] {
        for (from, to) in RATIOS {
            let nyquist = f64::from(from.min(to)) / 2.0;
            // At 44.1 kHz, these are 997 Hz, 15 kHz and 20 kHz.
            for part in [0.0452, 0.68, 0.907] {
                let fit = fit_of(quality, part * nyquist, from, to);
                let what = format!("{quality:?}, {from} to {to}, {part} of Nyquist");
                assert!(fit.thd_n_db() <= noise_db, "{what}: {} dB", fit.thd_n_db());
                assert!(fit.gain_db.abs() <= 0.005, "{what}: {} dB", fit.gain_db);
                assert!(
                    fit.delay_frames.abs() < 1e-5,
                    "{what}: {}",
                    fit.delay_frames
                );
            }
        }
    }
}

#[test]
fn the_transition_band_is_the_same_at_other_ratios() {
    for (quality, most_db) in [(Quality::Good, -25.2), (Quality::Best, -32.1)] {
        for (from, to) in RATIOS {
            let nyquist = f64::from(from.min(to)) / 2.0;
            // At 44.1 kHz, this is 21.5 kHz.
            let gain = fit_of(quality, 0.975 * nyquist, from, to).gain_db;
            assert!(gain <= most_db, "{quality:?}, {from} to {to}: {gain} dB");
        }
    }
}

#[test]
fn nothing_comes_back_from_beyond_the_stopband_when_the_rate_falls() {
    for (quality, most_db) in [(Quality::Good, -135.0), (Quality::Best, -149.0)] {
        for (from, to) in RATIOS.into_iter().filter(|(from, to)| from > to) {
            let nyquist = f64::from(to) / 2.0;
            for hz in [1.01 * nyquist, 1.02 * nyquist, 1.5 * nyquist] {
                if hz >= f64::from(from) / 2.0 {
                    continue;
                }
                let out = convert(&analysis::tone(hz, from, from as usize), from, to, quality);
                let middle = &out[out.len() / 4..out.len() * 3 / 4];
                let level = analysis::level_db(middle.iter().map(|s| f64::from(*s)));
                assert!(
                    level <= most_db,
                    "{quality:?}, {from} to {to}, {hz} Hz: {level} dB"
                );
            }
        }
    }
}

#[test]
fn any_length_at_any_ratio_is_converted_to_the_nearest_length() {
    let mut random = random();
    let (low, high) = (*FRAME_RATE_RANGE_HZ.start(), *FRAME_RATE_RANGE_HZ.end());
    let span = u64::from(high - low) + 1;
    for round in 0..150 {
        let mut rate = || match random(3) {
            0 => [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000][random(7) as usize],
            1 => low + random(span) as u32,
            _ => low + random(50_000) as u32,
        };
        let (from, to) = (rate(), rate());
        let frames = random([2, 11, 1_000, 20_000][round % 4]);
        let (n, f, t) = (u128::from(frames), u128::from(from), u128::from(to));
        let expected = (2 * n * t + f) / (2 * f);
        let quality = LEVELS[round % 3];
        let clip = Clip::from_f32(from, 1, &vec![0.25; frames as usize]).expect("a clip");
        let what = format!("{frames} frames, {from} to {to}, {quality:?}");
        let clip = converted(&clip, to, quality).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(u128::from(clip.info().frames), expected, "{what}");
    }
}

#[test]
fn half_a_frame_is_rounded_up_and_less_down() {
    let length = |frames: usize, from, to| {
        let clip = Clip::from_f32(from, 1, &vec![0.5; frames]).expect("a clip");
        let converted = converted(&clip, to, Quality::Good).expect("it converts");
        converted.info().frames
    };
    assert_eq!(length(1, 96_000, 48_000), 1);
    assert_eq!(length(3, 96_000, 48_000), 2);
    assert_eq!(length(1, 96_000, 44_100), 0);
    assert_eq!(length(0, 44_100, 96_000), 0);
}

#[test]
fn an_impulse_stays_where_it_is_also_in_the_first_frame() {
    for quality in LEVELS {
        for (from, to) in RATIOS {
            for at in [0, from as usize / 8] {
                let mut input = vec![0.0; from as usize / 4];
                input[at] = 1.0;
                let out = convert(&input, from, to, quality);
                let peak = (0..out.len()).max_by(|a, b| out[*a].total_cmp(&out[*b]));
                let place = at as f64 * f64::from(to) / f64::from(from);
                let distance = (peak.expect("it is not empty") as f64 - place).abs();
                assert!(
                    distance <= 0.5,
                    "{quality:?}, {from} to {to}: {peak:?}, not {place}"
                );
            }
        }
    }
}

#[test]
fn a_constant_stays_what_it_is() {
    for (quality, most) in [
        (Quality::Draft, 3e-4),
        (Quality::Good, 2e-6),
        (Quality::Best, 1e-7),
    ] {
        for (from, to) in RATIOS {
            let out = convert(&vec![0.5; from as usize / 4], from, to, quality);
            for sample in &out[out.len() / 4..out.len() / 4 * 3] {
                let off = (sample / 0.5 - 1.0).abs();
                assert!(off <= most, "{quality:?}, {from} to {to}: off by {off}");
            }
        }
    }
}

#[test]
fn channels_are_converted_each_by_itself() {
    for (from, to) in [(44_100, 48_000), (44_100, 44_101)] {
        for channels in [1u16, 2, 7, 64] {
            let frames = 3_000;
            let mut random = random();
            let mut sample = || random(2_000_001) as f32 / 1e6 - 1.0;
            let single: Vec<Vec<f32>> = (0..channels)
                .map(|_| (0..frames).map(|_| sample()).collect())
                .collect();
            let interleaved: Vec<f32> = (0..frames)
                .flat_map(|frame| single.iter().map(move |channel| channel[frame]))
                .collect();
            let clip = Clip::from_f32(from, channels, &interleaved).expect("a clip");
            for quality in LEVELS {
                let all = converted(&clip, to, quality).expect("it can be converted");
                assert_eq!(all.info().channels, channels);
                for (channel, samples) in (0..).zip(&single) {
                    let mut out = vec![0.0; all.info().frames as usize];
                    all.read(channel, 0, &mut out);
                    assert_eq!(
                        out,
                        convert(samples, from, to, quality),
                        "channel {channel}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_farthest_rates_can_be_converted() {
    for quality in LEVELS {
        for (from, to) in [
            (767_999, 1_000),
            (768_000, 1_000),
            (1_000, 767_999),
            (1_000, 768_000),
        ] {
            let out = convert(&vec![0.5; from as usize / 2], from, to, quality);
            assert_eq!(
                out.len() as u64,
                (u64::from(from) / 2 * u64::from(to) * 2 + u64::from(from)) / (2 * u64::from(from))
            );
            assert!(
                (out[out.len() / 2] - 0.5).abs() < 2e-4,
                "{quality:?}, {from} to {to}"
            );
        }
    }
}

#[test]
fn at_its_own_rate_a_clip_stays_itself() {
    let clip = Clip::from_f32(48_000, 1, &[0.5; 100]).expect("a clip");
    let same = converted(&clip, 48_000, Quality::Best).expect("it is that rate");
    assert!(same.same_data(&clip));
}

#[test]
fn a_rate_outside_its_range_is_named() {
    let clip = Clip::from_f32(48_000, 1, &[0.5; 100]).expect("a clip");
    for rate in [0, 999, 768_001] {
        let error = converted(&clip, rate, Quality::Good).expect_err("it is out of range");
        assert_eq!(
            error.to_string(),
            format!("frame_rate_hz is {rate}; it must be 1000 to 768000")
        );
    }
}

#[test]
fn progress_is_told_and_the_work_can_be_given_up() {
    let clip = Clip::from_f32(44_100, 1, &vec![0.5; 441_000]).expect("a clip");
    let mut told = Vec::new();
    let whole = clip.convert(48_000, Quality::Good, &mut |progress| {
        told.push(progress.done_frames);
        assert_eq!(progress.total_frames, 480_000);
        ControlFlow::Continue(())
    });
    assert_eq!(whole.expect("nobody gave up").info().frames, 480_000);
    assert!(told.len() > 10 && told.is_sorted(), "{told:?}");

    let mut calls = 0;
    let cancelled = clip.convert(48_000, Quality::Good, &mut |_| {
        calls += 1;
        if calls == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(cancelled, Err(Error::Cancelled)));
    assert_eq!(calls, 3);
}
