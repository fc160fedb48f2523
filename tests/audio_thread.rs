//! Makes the engine do everything that an application can ask for, while the audio thread is checked: by
//! the allocation guard in every test build, and by the real-time sanitizer and strace when
//! `scripts/test-rt` runs these tests. See `docs/THREADING.md`.

use amio::jack::{BlockOptions, Client, ClientOptions};
use amio::{
    Clip, ClipInfo, Config, DriverKind, Entry, Error, EventKind, FileFormat, Gain, Interface,
    LateMidi, LatePolicy, Latency, Layout, MidiTime, OpenOptions, Playspec, RecordSource, Recorder,
    RecorderConfig, Repeat, SampleFormat, Swap, Ticket,
};
use std::num::{NonZeroU32, NonZeroU64};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn offline_driver_does_all_that_can_be_asked() {
    for declick in [0, 240] {
        let mut config = config(DriverKind::Offline);
        config.declick_frames = Some(declick);
        config.clamp = Some(true);
        let interface = Interface::new(config).expect("it opens");
        interface.start().expect("it starts");
        let mut input = vec![0.25; 2 * 1000];
        let mut output = input.clone();
        ask_everything(&interface, || {
            interface
                .advance(1000, Some(&input), Some(&mut output))
                .expect("it runs");
            input.copy_from_slice(&output);
            interface.skip(100).expect("it is the offline driver");
        });
    }
}

#[test]
fn null_driver_does_all_that_can_be_asked() {
    let interface = Interface::new(config(DriverKind::Null)).expect("it opens");
    interface.start().expect("it starts");
    ask_everything(&interface, || wait_for_input(&interface));
    interface.stop().expect("it stops");
}

#[test]
#[ignore = "scripts/test-rt runs it beside a JACK server"]
fn jack_driver_does_all_that_can_be_asked() {
    if std::env::var_os("JACKD_PID").is_none() {
        return; // started by `cargo test -- --ignored`, not by the test above
    }
    let interface = Interface::new(config(DriverKind::Jack)).expect("a JACK server runs");
    interface.start().expect("it starts");
    let client = interface.jack_client().expect("the driver is jack");
    let port = |name| format!("{}:{name}", interface.client_name());
    client
        .connect(&port("midi_out_1"), &port("midi_in_1"))
        .expect("both exist");
    ask_everything(&interface, || wait_for_input(&interface));
    interface.stop().expect("it stops");
}

#[test]
#[ignore = "scripts/test-rt runs it with PCMs of its own"]
fn alsa_driver_does_all_that_can_be_asked() {
    if std::env::var_os("ALSA_CONFIG_PATH").is_none() {
        return; // as above
    }
    let mut config = config(DriverKind::Alsa);
    let pcm = Some("fault:none".to_owned());
    (config.alsa.playback, config.alsa.capture) = (pcm.clone(), pcm);
    let interface = Interface::new(config).expect("the PCM is there");
    interface.start().expect("it starts");
    ask_everything(&interface, || wait_for_input(&interface));
    interface.stop().expect("it stops");
}

#[test]
#[ignore = "scripts/test-rt runs it beside a JACK server"]
fn jack_streams_do_all_that_can_be_asked() {
    if std::env::var_os("JACKD_PID").is_none() {
        return; // as above
    }
    let client = Client::open("streams", &ClientOptions::default()).expect("a JACK server runs");
    let (_, audio_in) = client.register_audio_input("in").expect("room");
    let (_, audio_out) = client.register_audio_output("out").expect("room");
    let (_, midi_in) = client.register_midi_input("midi_in").expect("room");
    let (_, midi_out) = client.register_midi_output("midi_out").expect("room");
    let options = BlockOptions {
        block_frames: 300,
        queued_blocks: 4,
        ..BlockOptions::default()
    };
    let mut blocks = client
        .exchange_blocks(vec![audio_in], vec![audio_out], options)
        .expect("it is open");
    // So small that it is sometimes full.
    let receiver = client.receive_midi(midi_in, 4).expect("it is open");
    let sender = client.send_midi(midi_out, 1_000).expect("it is open");
    client.activate().expect("the server takes it");
    for (from, to) in [
        ("streams:out", "streams:in"),
        ("streams:midi_out", "streams:midi_in"),
    ] {
        client.connect(from, to).expect("both are there");
    }
    let mut samples = [0.0; 300];
    for number in 0..200_u32 {
        let info = blocks
            .read(&mut [&mut samples], PATIENCE)
            .expect("a block comes");
        samples.fill(0.5);
        blocks.write(&[&samples], PATIENCE).expect("there is room");
        for event in 0..8 {
            let frame = info.output_frame.wrapping_sub(100 * event);
            sender.send(frame, &[0x90; 20]).expect("there is room");
        }
        if number % 50 == 49 {
            // Events and blocks are lost.
            std::thread::sleep(Duration::from_millis(200));
            while receiver.next().is_some() {}
        }
    }
    assert!(receiver.lost() > 0 && blocks.counts().lost > 0);
    assert!(sender.counts().late > 0);
}

#[test]
fn an_allocation_on_the_audio_thread_ends_a_test() {
    let this = std::env::current_exe().expect("the test runs from a file");
    let ended = Command::new(this)
        .args(["--exact", "offline_driver_does_all_that_can_be_asked"])
        .env("AMIO_SEED", "allocation")
        .output()
        .expect("it runs");
    let aborted = 6;
    assert_eq!(ended.status.signal(), Some(aborted), "{ended:?}");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("memory allocation of 4 bytes failed"),
        "{said}"
    );
}

fn config(driver: DriverKind) -> Config {
    let mut config = Config::new(driver);
    config.latency = Latency {
        capture_frames: 100,
        playback_frames: 200,
    };
    // So small that it is sometimes full.
    config.capture_buffer_frames = 1500;
    (config.midi_inputs, config.midi_outputs) = (1, 2);
    config
}

/// Asks for everything that an engine can do; `run` lets it run for a while.
fn ask_everything(interface: &Interface, mut run: impl FnMut()) {
    let mut playspecs = playspecs(interface.frame_rate_hz());
    let streamed = std::env::temp_dir().join(format!("amio-streamed-{}.wav", std::process::id()));
    if interface.config().driver != DriverKind::Offline {
        // Not on the offline driver, where the engine may read files itself.
        playspecs.push(streams(interface.frame_rate_hz(), &streamed));
    }
    interface.set_rolling(true).expect("there is room");
    let is_offline = interface.config().driver == DriverKind::Offline;
    let name = interface.config().driver.name();
    let taken = std::env::temp_dir().join(format!("amio-{name}-{}.flac", std::process::id()));
    for late in [LatePolicy::CatchUp, LatePolicy::Slip, LatePolicy::Refuse] {
        // One recording has enough room. For the other, the disk is too slow; not on the offline driver,
        // which would wait for the disk.
        let take = record(interface, Path::new("/dev/null"), 0);
        let lossy = record(interface, &taken, if is_offline { 0 } else { 100 });
        for (playspec, ahead) in playspecs.iter().zip([-500, 0, 700, 1 << 40, 0]) {
            let swap = Swap {
                insert_at: interface.position() + ahead,
                start_from: 100,
                late,
                ..Swap::default()
            };
            let ticket = interface.schedule(playspec, swap).expect("there is room");
            interface
                .set_gain(playspec, 0, Gain::both(0.5), 2000)
                .expect("there is room");
            send_midi(interface);
            run();
            while interface.next_midi().expect("it has inputs").is_some() {}
            if ahead > 1000 {
                interface.cancel(ticket).expect("it waits");
            }
        }
        run();
        let mut group = interface.group();
        for playspec in &playspecs {
            let now = Swap::at(0);
            group.schedule(playspec, now).expect("it fits");
        }
        group.set_position(200).expect("it is a position");
        group.set_rolling(false).expect("it can stop");
        group.commit().expect("there is room");
        run();
        // Does not read for so long that input is lost.
        run();
        run();
        interface.set_rolling(true).expect("there is room");
        for position in [-3000, 0, 48_000] {
            interface.set_position(position).expect("there is room");
            run();
        }
        let mut input = [0.0; 256];
        while interface
            .read_input(&mut input)
            .expect("there are inputs")
            .is_some()
        {}
        take.stop().expect("there is room");
        lossy.stop().expect("there is room");
    }
    let last = interface
        .schedule(&playspecs[0], Swap::at(i64::MIN / 8))
        .expect("there is room");
    run();
    wait_for_end(interface, last);
    drop(std::fs::remove_file(streamed));
    drop(std::fs::remove_file(taken));
}

/// Sends MIDI messages of several lengths, some late, some never due, to each clock; sometimes more than there is room
/// for, and takes back what waits.
fn send_midi(interface: &Interface) {
    let (position, now) = (interface.position(), interface.transport().device_frame);
    for number in 0..200 {
        let late = [LateMidi::Send, LateMidi::Drop][number as usize % 2];
        let mut message = vec![0xF0; 1 + 700 * (number as usize % 3)];
        message[0] = 0x90;
        for at in [
            MidiTime::Timeline(position + 10 * number - 200),
            MidiTime::Device(now.saturating_add_signed(7 * number - 100)),
            MidiTime::Server(number as u32),
        ] {
            match interface.send_midi(number as u16 % 2, at, &message, late) {
                Ok(()) => {}
                Err(Error::QueueFull { .. }) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }
    if position % 3 == 0
        && let Err(error) = interface.cancel_midi()
    {
        assert!(matches!(error, Error::QueueFull { .. }), "{error}");
    }
}

/// Records the input with a buffer of `buffer_frames`; 0: records the output with a large buffer.
fn record(interface: &Interface, path: &Path, buffer_frames: u64) -> Recorder {
    let config = RecorderConfig {
        source: match buffer_frames {
            0 => RecordSource::Output,
            _ => RecordSource::Input,
        },
        format: FileFormat::Flac24,
        buffer_frames,
        ..RecorderConfig::default()
    };
    interface.record(path, &config).expect("it records")
}

/// A playspec of a streamed file. When the position jumps, some of its pages are not in memory.
fn streams(rate: u32, path: &Path) -> Playspec {
    let ramp: Vec<f32> = (0..rate).map(|n| n as f32 / rate as f32).collect();
    let clip = Clip::from_f32(rate, 1, &ramp).expect("it is finite");
    clip.save(path, FileFormat::WavF32).expect("it is written");
    let clip = Clip::open_stream(path, &OpenOptions::default()).expect("it streams");
    let entries = (0..200).map(|n| Entry {
        begin: 200 * n,
        ..Entry::new(&clip, 10 * n as i64)
    });
    Playspec::new(entries.collect()).expect("they are valid")
}

fn wait_for_end(interface: &Interface, last: Ticket) {
    loop {
        match interface.wait_event(PATIENCE).expect("events come").kind {
            EventKind::Applied { ticket, .. } if ticket == last => return,
            EventKind::Failed { reason } => panic!("{reason}"),
            _ => {}
        }
    }
}

/// Waits for some periods, about as long as the capture ring is.
fn wait_for_input(interface: &Interface) {
    let wanted = interface.transport().device_frame + 1000;
    let mut input = [0.0; 256];
    while interface.transport().device_frame < wanted {
        interface
            .wait_input(&mut input, PATIENCE)
            .expect("input comes");
    }
}

/// Playspecs with entries of different kinds; all sound from frame 0 on.
fn playspecs(rate: u32) -> Vec<Playspec> {
    let ramp: Vec<f32> = (0..2 * 3000).map(|n| n as f32 / 6000.0).collect();
    let mono = Clip::from_f32(rate, 1, &ramp).expect("it is finite");
    let stereo = Clip::from_f32(rate, 2, &ramp).expect("it is finite");
    let info = ClipInfo {
        frame_rate_hz: rate,
        channels: 2,
        frames: 3000,
    };
    let decoded = Clip::from_shared(
        info,
        SampleFormat::I16,
        Layout::Interleaved,
        vec![17u8; 2 * 2 * 3000],
    )
    .expect("the size is right");
    let faded = |clip: &Clip| Entry {
        fade_in: 300,
        fade_out: 200,
        ..Entry::new(clip, -100)
    };
    let repeated = |clip: &Clip| Entry {
        repeat: Some(Repeat {
            numerator: NonZeroU64::new(1001).expect("it is not 0"),
            denominator: NonZeroU32::new(3).expect("it is not 0"),
            count: None,
        }),
        end: 900,
        gain: Gain::both(3.0),
        ..Entry::new(clip, 0)
    };
    [
        vec![Entry::new(&mono, 0), faded(&stereo)],
        vec![repeated(&decoded)],
        vec![repeated(&mono), faded(&decoded), Entry::new(&stereo, 50)],
        (0..200).map(|n| Entry::new(&mono, 10 * n)).collect(),
    ]
    .map(|entries| Playspec::new(entries).expect("they are valid"))
    .into()
}
