//! PCMs that nothing paces: what is played is exact to the bit.

use crate::inside::{Beside, inside, played};
use crate::{numbers, reference, tools};
use amio::{Access, AlsaConfig, AlsaInfo, Config, DeviceFormat, Error, Interface, Swap};
use std::fs;

const FORMATS: [DeviceFormat; 11] = [
    DeviceFormat::FloatLe,
    DeviceFormat::FloatBe,
    DeviceFormat::S32Le,
    DeviceFormat::S32Be,
    DeviceFormat::S24Le,
    DeviceFormat::S24Be,
    DeviceFormat::S24In3Le,
    DeviceFormat::S24In3Be,
    DeviceFormat::S16Le,
    DeviceFormat::S16Be,
    DeviceFormat::U8,
];
const FRAMES: u64 = 50_000;

fn config(format: DeviceFormat, access: Access) -> Config {
    let config = tools::config("tofile");
    Config {
        input_channels: 0,
        output_channels: 2,
        alsa: AlsaConfig {
            format: Some(format),
            access,
            ..config.alsa
        },
        ..config
    }
}

/// Plays numbers at both channels from device frame 0 on. Returns the bytes that were played: first the silence
/// that the output is ahead.
fn play(config: Config) -> (AlsaInfo, Vec<u8>) {
    let interface = Interface::new(config).expect("it opens");
    interface
        .schedule(&numbers::playspec(), Swap::at(0))
        .expect("room");
    interface.set_rolling(true).expect("room");
    interface.start().expect("it was just opened");
    tools::run_until(&interface, FRAMES);
    interface.stop().expect("it runs");
    let info = interface.alsa_info().expect("it is ALSA's");
    interface.close();
    (info, fs::read(played()).expect("it was written"))
}

/// What is to be played, after the silence.
fn expected(format: DeviceFormat, seed: Option<u64>) -> Vec<u8> {
    let mut noises = [0, 1].map(|channel| seed.map(|seed| reference::dither(seed, channel)));
    let mut bytes = Vec::new();
    for n in 0..FRAMES {
        for noise in &mut noises {
            let noise = noise.as_mut().and_then(Iterator::next).unwrap_or(0.0);
            bytes.extend(reference::bytes(format.name(), numbers::number(n), noise));
        }
    }
    bytes
}

fn assert_played(config: &Config, played: &[u8], info: &AlsaInfo, expected: &[u8]) {
    let device = info.playback.as_ref().expect("it has an output");
    let format = device.format.name();
    let zero = reference::bytes(format, 0.0, 0.0);
    let silent = (3 * device.period_frames) as usize * 2 * zero.len();
    assert!(played.len() >= silent + expected.len(), "{config:?}");
    let silence = played[..silent].chunks(zero.len());
    assert!(silence.clone().all(|sample| sample == zero), "{config:?}");
    let differs = played[silent..]
        .iter()
        .zip(expected)
        .position(|(a, b)| a != b);
    assert_eq!(differs, None, "byte of {config:?}");
}

#[test]
fn every_format_is_exact_to_the_bit_through_shared_memory_and_by_writing() {
    inside!(Beside::Nothing, {
        for access in [Access::Mmap, Access::ReadWrite] {
            for format in FORMATS {
                let config = config(format, access);
                let (info, played) = play(config.clone());
                let device = info.playback.as_ref().expect("it has an output");
                assert_eq!(device.format, format);
                assert_eq!(device.mmap, access == Access::Mmap);
                assert_played(&config, &played, &info, &expected(format, None));
            }
        }
    });
}

#[test]
fn dither_is_a_function_of_the_seed_and_the_frame() {
    inside!(Beside::Nothing, {
        for format in [DeviceFormat::S16Le, DeviceFormat::U8, DeviceFormat::S24Le] {
            let mut config = config(format, Access::Auto);
            (config.alsa.dither, config.alsa.dither_seed) = (true, 77);
            let (info, played) = play(config.clone());
            let seed = (format != DeviceFormat::S24Le).then_some(77);
            assert_played(&config, &played, &info, &expected(format, seed));
        }
    });
}

#[test]
fn the_null_pcm_plays_and_captures_silence_and_stops_and_starts_again() {
    inside!(Beside::Nothing, {
        let interface = tools::start(tools::config("null"));
        for round in 1..=3 {
            tools::run_until(&interface, round * FRAMES);
            interface.stop().expect("it runs");
            interface.start().expect("it was stopped");
        }
        let chunks = tools::read_all(&interface);
        assert!(
            chunks
                .iter()
                .flat_map(|(_, samples)| samples)
                .all(|&sample| sample == 0.0)
        );
        assert!(!chunks.is_empty());
    });
}

#[test]
fn a_device_that_lacks_something_is_told_apart() {
    inside!(Beside::Nothing, {
        let refused = |config: Config| match Interface::new(config) {
            Err(Error::InvalidArgument(message)) => message,
            other => panic!("{:?}", other.err()),
        };
        // The device that fails has floats alone, and up to eight channels.
        let mut config = tools::config("fault:none");
        config.alsa.format = Some(DeviceFormat::S16Le);
        assert_eq!(
            refused(config),
            "playback \"fault:none\" has no format S16_LE"
        );
        let mut config = tools::config("fault:none");
        config.output_channels = 9;
        assert_eq!(
            refused(config),
            "playback \"fault:none\" has no 9 channels, but 1 to 8"
        );
        let mut config = tools::config("fault:none");
        (config.input_channels, config.output_channels) = (0, 0);
        assert!(refused(config).contains("input_channels and output_channels are 0"));
        let error = Interface::new(tools::config("no_such_pcm")).err();
        let Some(Error::Driver { message, .. }) = &error else {
            panic!("{error:?}");
        };
        assert!(message.contains("Unknown PCM no_such_pcm"), "{message}");
    });
}

#[test]
fn a_rate_that_the_device_lacks_is_an_error_that_lists_its_rates_or_is_converted() {
    inside!(Beside::Nothing, {
        let mut config = tools::config("fault:none");
        config.frame_rate_hz = Some(44_100);
        match Interface::new(config.clone()) {
            Err(Error::DeviceRate {
                asked_hz: 44_100,
                rates_hz,
                ..
            }) => assert_eq!(rates_hz, [48_000]),
            other => panic!("{:?}", other.err()),
        }
        config.alsa.convert_rate = true;
        let interface = tools::start(config.clone());
        assert_eq!(interface.frame_rate_hz(), 44_100);
        tools::run_until(&interface, 22_050);
        interface.close();
        config.frame_rate_hz = None;
        let interface = Interface::new(config).expect("it opens");
        assert_eq!(interface.frame_rate_hz(), 48_000);
    });
}
