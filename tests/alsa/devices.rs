//! The search for devices.

use crate::inside::{Beside, inside, played};
use amio::{Device, DeviceFormat, DeviceSearch, DeviceSide, DriverKind, FoundDevices};
use std::fs;

fn pcm<'f>(found: &'f FoundDevices, name: &str) -> &'f Device {
    let is_it = |device: &&Device| device.driver == DriverKind::Alsa && device.name == name;
    let device = found.devices.iter().find(is_it);
    device.unwrap_or_else(|| panic!("{name} is not among {found:#?}"))
}

fn sides(device: &Device) -> [&DeviceSide; 2] {
    [&device.playback, &device.capture].map(|side| side.as_ref().expect("it has both directions"))
}

#[test]
fn pcms_of_the_configuration_are_listed_with_what_they_can_do() {
    inside!(Beside::Nothing, {
        let found = DeviceSearch::default().run();
        for side in ["null", "default"]
            .map(|name| sides(pcm(&found, name)))
            .concat()
        {
            assert_eq!(side.unknown, None);
            let channels = side.channels.as_ref().expect("they are known");
            assert!(channels.contains(&2), "{channels:?}");
            assert!(side.rates_hz.contains(&44_100) && side.rates_hz.is_sorted());
            assert!(side.formats.contains(&DeviceFormat::S16Le));
        }
        let first = found.devices.iter().find(|d| d.driver == DriverKind::Alsa);
        let first = first.expect("there are some");
        assert_eq!(
            (&*first.name, &*first.description),
            ("default", "The default of the tests, which is silent")
        );
        let defaults = found.devices.iter().filter(|device| device.is_default);
        let defaults: Vec<_> = defaults.map(|device| device.driver).collect();
        assert_eq!(defaults, [DriverKind::Alsa]);
    });
}

#[test]
fn pcms_that_could_disturb_others_are_not_opened() {
    inside!(Beside::Nothing, {
        // That of another test.
        let _ = fs::remove_file(played());
        let found = DeviceSearch::default().run();
        for (name, kind) in [
            ("tofile", "file"),
            ("fault", "fault"),
            ("jackloop", "jack"),
            ("jackloop_plug", "jack"),
            ("ownslave", "file"),
        ] {
            for side in sides(pcm(&found, name)) {
                let why = format!("opening a PCM of the type {kind:?} may disturb others");
                assert_eq!(
                    *side,
                    DeviceSide {
                        unknown: Some(why),
                        ..DeviceSide::default()
                    }
                );
            }
        }
        for side in sides(pcm(&found, "circle")) {
            let why = side.unknown.as_deref().unwrap_or_default();
            assert!(why.ends_with("is a circle"), "{why}");
        }
        for side in sides(pcm(&found, "nocard")) {
            assert_eq!(side.unknown.as_deref(), Some("there is no card \"31\""));
        }
        assert!(fs::metadata(played()).is_err(), "tofile was opened");
    });
}

#[test]
fn a_server_that_answers_is_listed_with_its_physical_ports() {
    inside!(Beside::Jackd(256), {
        let found = DeviceSearch::default().run();
        let server = &found.devices[0];
        assert_eq!((server.driver, server.is_default), (DriverKind::Jack, true));
        assert_eq!(server.description, "JACK server");
        assert_eq!(server.period_frames, Some(256));
        for side in sides(server) {
            // Two of the dummy driver, two of the loopback driver.
            assert_eq!(side.channels, Some(4..=4));
            assert_eq!(side.rates_hz, [48_000]);
        }
        let named = DeviceSearch {
            server_name: Some(server.name.clone()),
        };
        let named = named.run();
        assert_eq!(named.devices[0].playback, server.playback);
        assert!(!named.devices[0].is_default);
    });
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_missing() {
    inside!(Beside::Nothing, {
        let search = DeviceSearch {
            server_name: Some("amio-test-no-such-server".into()),
        };
        let found = search.run();
        let [(driver, reason)] = &*found.unavailable else {
            panic!("{:?}", found.unavailable);
        };
        assert_eq!(*driver, DriverKind::Jack);
        assert!(reason.contains("amio-test-no-such-server"), "{reason}");
    });
}
