//! Recording and saving into a pipe.

use super::files::Folder;
use super::numbers::{feed, numbers, offline};
use amio::{Clip, Error, FileFormat, RecorderConfig, RecorderState};
use std::fs::File;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

/// Copies everything from a pipe into a file, until the other end is closed.
fn collect(mut pipe: impl std::io::Read + Send + 'static, path: PathBuf) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut file = File::create(path).expect("the folder is writable");
        std::io::copy(&mut pipe, &mut file).expect("there is room");
    })
}

fn load(path: &Path) -> Vec<f32> {
    let clip = Clip::open(path).expect("a whole file");
    let mut samples = vec![0.0; clip.info().frames as usize];
    clip.read(0, 0, &mut samples);
    samples
}

#[test]
fn a_pipe_gets_the_frames_that_a_file_gets() {
    let folder = Folder::new("pipes");
    for format in [
        FileFormat::WavF32,
        FileFormat::Wav24,
        FileFormat::Wave64F32,
        FileFormat::Flac24,
    ] {
        let interface = offline();
        let config = RecorderConfig {
            format,
            ..RecorderConfig::default()
        };
        let (reader, pipe) = std::io::pipe().expect("a pipe");
        let piped = folder.file("piped");
        let collected = collect(reader, piped.clone());
        let file = folder.file("file");
        let recorders = [
            interface.record_stream("pipe", pipe, &config),
            interface.record(&file, &config),
        ];
        // More than the buffer of a pipe holds, and no whole number of blocks.
        feed(&interface, 100_001);
        let takes = recorders.map(|recorder| {
            let stopped = recorder.expect("it records").stop();
            stopped.expect("there is room")
        });
        collected.join().expect("the pipe was closed");
        assert_eq!(takes[0], takes[1], "{format:?}");
        assert!(load(&piped) == numbers(0, 100_001), "{format:?}");
        assert!(load(&file) == numbers(0, 100_001), "{format:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_its_recording_and_no_other() {
    let folder = Folder::new("unread");
    let interface = offline();
    let config = RecorderConfig::default();
    let (reader, pipe) = std::io::pipe().expect("a pipe");
    let unread = interface
        .record_stream("pipe", pipe, &config)
        .expect("it records");
    let file = folder.file("take.wav");
    let other = interface.record(&file, &config).expect("it records");
    drop(reader);
    feed(&interface, 10_000);
    let error = unread.stop().expect_err("nobody reads");
    assert!(
        matches!(&error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe),
        "{error}"
    );
    assert_eq!(unread.recording().state, RecorderState::Failed);
    other.stop().expect("there is room");
    assert_eq!(load(&file), numbers(0, 10_000));
}

#[test]
fn a_pipe_with_a_name_is_written_into() {
    let folder = Folder::new("fifo");
    let fifo = folder.file("fifo.wav");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    let piped = folder.file("piped");
    let save = |write: &dyn Fn(&Path)| {
        // With both ends open, the open does not wait for a writer, and the reader finds no end of file
        // before everything has been written.
        let both = File::options().read(true).write(true).open(&fifo);
        let both = both.expect("it is there");
        let collected = collect(File::open(&fifo).expect("it is there"), piped.clone());
        write(&fifo);
        drop(both);
        collected.join().expect("the pipe was closed");
        load(&piped)
    };
    let clip = Clip::from_f32(48_000, 1, &numbers(0, 5_000)).expect("a clip");
    let saved = save(&|fifo| {
        clip.save(fifo, FileFormat::WavF32).expect("somebody reads");
    });
    assert_eq!(saved, numbers(0, 5_000));
    let recorded = save(&|fifo| {
        let interface = offline();
        let recorder = interface.record(fifo, &RecorderConfig::default());
        feed(&interface, 5_000);
        recorder
            .expect("it records")
            .stop()
            .expect("somebody reads");
    });
    assert_eq!(recorded, numbers(0, 5_000));

    // Nothing waits for a pipe without a reader.
    let unread = [
        clip.save(&fifo, FileFormat::WavF32).expect_err("no reader"),
        offline()
            .record(&fifo, &RecorderConfig::default())
            .expect_err("no reader"),
    ];
    for error in unread {
        let said = error.to_string();
        assert!(said.contains("a named pipe that nobody reads"), "{said}");
    }

    let socket = fifo.with_extension("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let error = clip.save(&socket, FileFormat::WavF32).expect_err("no file");
    assert!(error.to_string().contains("a socket"), "{error}");
    std::fs::remove_file(&socket).expect("it is there");
}
