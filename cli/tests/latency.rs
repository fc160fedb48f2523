//! `amio latency`, and the stored offsets that other subcommands use.

use crate::common::Folder;
use crate::jack::{JACKD, PIPEWIRE, run_beside, script_beside};
use std::time::{Duration, Instant};

/// The offset that the program has printed as JSON.
fn measured(printed: &str) -> serde_json::Value {
    serde_json::from_str(printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

#[test]
fn the_way_through_another_client_is_measured_exactly() {
    for (server, ways) in [
        (
            JACKD,
            &[
                ["loopback:playback_1", "loopback:capture_1"],
                ["amio:input_1", "amio:output_1"],
            ][..],
        ),
        (PIPEWIRE, &[["system:playback_FL", "system:monitor_FL"]]),
    ] {
        for [destination, source] in ways {
            let folder = Folder::new("latency_way");
            let args = ["latency", destination, source, "--times", "5", "--json"];
            let ran = run_beside(server, &folder, &args);
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let found = measured(&ran.stdout);
            // Each of these ways takes one period, whatever the server reports.
            assert_eq!(
                found["round_trip_frames"], found["period_frames"],
                "{found}"
            );
            assert_eq!(found["spread_frames"], 0, "{found}");
            let frames = |name: &str| found[name].as_i64().expect("a number");
            assert_eq!(
                frames("offset_frames"),
                frames("round_trip_frames")
                    - frames("capture_latency_frames")
                    - frames("playback_latency_frames")
            );
            assert!(folder.names().is_empty(), "nothing is stored");
        }
    }
}

#[test]
fn a_stored_offset_makes_the_next_measurement_and_recording_exact() {
    let folder = Folder::new("latency_store");
    let script = "\"$0\" latency $1 --times 3 --store >stored && \"$0\" latency $1 --times 3 >again && \
                  \"$0\" record take.wav --end 100 && \
                  \"$0\" record take.wav --end 100 --latency-offset 0 2>told";
    let way = "amio:input_1 amio:output_1";
    let script = script.replace("$1", way);
    let ran = script_beside(JACKD, &folder, &script, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let read = |name| std::fs::read_to_string(folder.0.join(name)).expect("it was written");
    let path = folder.0.join("config/amio/latency.toml");
    let stored = read("stored");
    assert!(
        stored.contains(&format!("stored for jack in {}", path.display())),
        "{stored}"
    );
    let table: toml::Table = read("config/amio/latency.toml").parse().expect("TOML");
    assert_eq!(
        table["jack"]["offset_frames"].as_integer(),
        Some(333),
        "{table}"
    );
    assert_eq!(
        table["jack"]["frame_rate_hz"].as_integer(),
        Some(48_000),
        "{table}"
    );
    // Measuring begins from what the driver reports, so it may be repeated.
    assert!(
        read("again").contains("offset:     333 frames"),
        "{}",
        read("again")
    );
    assert!(
        ran.stderr
            .contains("latency offset: 333 frames, as stored for jack\n"),
        "{ran:?}"
    );
    assert!(!read("told").contains("latency offset"), "{}", read("told"));
}

#[test]
fn a_recording_waits_for_what_is_heard_later_by_the_offset() {
    let folder = Folder::new("latency_used");
    std::fs::create_dir_all(folder.0.join("config/amio")).expect("a folder");
    folder.write(
        "config/amio/latency.toml",
        "[null]\noffset_frames = 48000\nframe_rate_hz = 48000\n\
         [jack]\noffset_frames = 1\nframe_rate_hz = 1\n",
    );
    let record = [
        "record", "a.wav", "--driver", "null", "--begin", "0", "--end", "100",
    ];
    let took = |more: &[&str]| {
        let began = Instant::now();
        let ran = folder.succeed(&[&record, more].concat());
        (began.elapsed(), ran.stderr)
    };
    let (stored, said) = took(&[]);
    assert!(stored >= Duration::from_secs(1), "{stored:?}");
    assert!(
        said.contains("latency offset: 48000 frames, as stored for null\n"),
        "{said}"
    );
    let (told, said) = took(&["--latency-offset", "-5"]);
    assert!(told < stored, "{told:?}");
    assert!(!said.contains("latency offset"), "{said}");
}

#[test]
fn an_offset_of_another_rate_or_device_is_not_used() {
    let folder = Folder::new("latency_rate");
    std::fs::create_dir_all(folder.0.join("config/amio")).expect("a folder");
    folder.write(
        "config/amio/latency.toml",
        "[null]\noffset_frames = 48000\nframe_rate_hz = 44100\n",
    );
    let record = ["record", "a.wav", "--driver", "null", "--end", "100"];
    let ran = folder.succeed(&record);
    let warning = "amio: warning: the latency offset of null was measured at 44100 Hz and is not used at 48000 Hz";
    assert!(ran.stderr.starts_with(warning), "{}", ran.stderr);
    let record = [&record[..], &["--server", "studio"]].concat();
    assert!(folder.succeed(&record).stderr.starts_with("recording"));
    folder.write(
        "config/amio/latency.toml",
        "[null]\noffset_frames = 'many'\n",
    );
    let ran = folder.run(&["record", "a.wav", "--driver", "null", "--end", "100"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("latency.toml: TOML parse error"),
        "{}",
        ran.stderr
    );
}

#[test]
fn where_nothing_comes_back_the_error_says_what_to_do() {
    let folder = Folder::new("latency_silent");
    let null = folder.run(&["latency", "--driver", "null", "--times", "2", "--store"]);
    let jack = run_beside(JACKD, &folder, &["latency", "--times", "3", "--store"]);
    for (ran, times) in [(null, 2), (jack, 3)] {
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let why = format!(
            "amio: 0 of {times} impulses came back, and the input is silent; connect the output to the input"
        );
        assert!(ran.stderr.contains(&why), "{ran:?}");
    }
    let nowhere = run_beside(JACKD, &folder, &["latency", "none:in", "none:out"]);
    assert_eq!(nowhere.code, Some(1));
    assert!(
        nowhere.stderr.contains("there is no port none:in"),
        "{nowhere:?}"
    );
    assert!(folder.names().is_empty(), "nothing is stored");
}
