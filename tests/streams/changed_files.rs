//! Files of all formats that change while they are streamed: they are cut short and made whole again, or damaged.

use super::formats::{Folder, Sound, make, recipes};
use amio::{Clip, OpenOptions};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A file for each reader; those of several parts have three. All are longer than what a reader keeps in memory.
const FILES: &str = "
    f32.wav     ffmpeg -v error -i $in -c:a pcm_f32le $out
    16.flac     sox -D $in -b 16 $out
    flac.ogg    ffmpeg -v error -i $in -c:a flac $out
    vorbis.ogg  oggenc -Q -q 10 $in -o $out
    opus.ogg    opusenc --quiet --bitrate 256 $in $out
    chained.ogg for n in 1 2 3; do oggenc -Q -q 10 -s $n $in -o $out.$n; done; cat $out.[123] >$out
    cbr.mp3     lame --quiet -b 128 $in $out
    joined.mp3  for n in 1 2 3; do lame --quiet -b 128 $in $out.$n; done; cat $out.[123] >$out
    adts.aac    ffmpeg -v error -i $in -c:a aac $out
    aac.m4a     ffmpeg -v error -i $in -c:a aac $out
    alac.m4a    ffmpeg -v error -i $in -c:a alac $out
";

const SOUND: Sound = Sound {
    frame_rate_hz: 44_100,
    channels: 2,
    frames: 200_000,
};

/// At the rate of the file, and converted by each of the two engines.
const RATES: [Option<u32>; 3] = [None, Some(48_000), Some(44_101)];

/// Where a file is cut, and what is read of it, in hundredths. In a file of three parts the cut is in the second.
const CUT: u64 = 40;
const PLACES: [u64; 3] = [60, 95, 50];

struct File {
    path: PathBuf,
    bytes: Vec<u8>,
    streams: Vec<Clip>,
    loaded: Vec<Clip>,
}

impl File {
    fn make(folder: &Folder, source: &Path, name: &str, line: &str) -> File {
        let path = folder.path().join(name);
        make(line, source, &path);
        let options = RATES.map(|frame_rate_hz| OpenOptions {
            frame_rate_hz,
            ..OpenOptions::default()
        });
        let load = |options| Clip::open_with(&path, options, &mut |_| ControlFlow::Continue(()));
        let stream = |options| Clip::open_stream(&path, options).expect("it streams");
        File {
            bytes: fs::read(&path).expect("it was made"),
            streams: options.iter().map(stream).collect(),
            loaded: options.iter().map(|o| load(o).expect("it loads")).collect(),
            path,
        }
    }
}

#[test]
fn a_file_that_is_cut_short_and_made_whole_again_is_read_on() {
    let folder = Folder::new("whole-again");
    let source = folder.path().join("source.wav");
    SOUND.write(&source);
    let files: Vec<File> = recipes(FILES)
        .map(|(name, line)| File::make(&folder, &source, name, line))
        .collect();
    let mut wrong = String::new();
    let mut samples = vec![0.0; 1000];
    for file in &files {
        let cut = fs::File::options().write(true).open(&file.path);
        cut.and_then(|cut| cut.set_len(file.bytes.len() as u64 * CUT / 100))
            .expect("it is cut");
        for stream in &file.streams {
            let info = stream.info();
            for place in PLACES {
                let frame = info.frames * place / 100;
                if stream.try_read(1, frame, &mut samples).is_ok() {
                    wrong += &format!("{}, {info:?}, {place}: not missed\n", file.path.display());
                }
            }
        }
        fs::write(&file.path, &file.bytes).expect("it is whole");
    }
    let mut expected = vec![0.0; 1000];
    let deadline = Instant::now() + Duration::from_secs(10);
    for file in &files {
        for (stream, loaded) in file.streams.iter().zip(&file.loaded) {
            let info = stream.info();
            // Where it was read last first.
            for place in PLACES.into_iter().rev() {
                let frame = info.frames * place / 100;
                loaded.read(1, frame, &mut expected);
                let mut read = stream.try_read(1, frame, &mut samples);
                while read.is_err() && Instant::now() < deadline {
                    std::thread::yield_now();
                    read = stream.try_read(1, frame, &mut samples);
                }
                let how = match read {
                    Err(error) => error.to_string(),
                    Ok(()) if samples != expected => "it sounds otherwise".to_owned(),
                    Ok(()) => continue,
                };
                wrong += &format!("{}, {info:?}, {place}: {how}\n", file.path.display());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn where_a_flac_file_is_cut_short_is_told_as_far_as_it_is_known() {
    const PAGE: u64 = 4096;
    let folder = Folder::new("cut-flac");
    let source = folder.path().join("source.wav");
    SOUND.write(&source);
    let flac = recipes(FILES).find(|(name, _)| *name == "16.flac");
    let (name, line) = flac.expect("there is one");
    let file = File::make(&folder, &source, name, line);
    let cut = fs::File::options().write(true).open(&file.path);
    cut.and_then(|cut| cut.set_len(file.bytes.len() as u64 / 2))
        .expect("it is cut");
    let stream = &file.streams[0];
    let mut samples = vec![0.0; 100];
    let error = stream.try_read(0, 40 * PAGE, &mut samples);
    let error = error.expect_err("it is behind the end").to_string();
    let before = format!("truncated before frame {};", 40 * PAGE);
    assert!(error.contains(&before), "{error}");
    // From the beginning on, the first page that is not there has the end.
    let mut pages = (0..40).map(|page| (page, stream.try_read(0, page * PAGE, &mut samples)));
    let (page, error) = pages
        .find_map(|(page, read)| Some((page, read.err()?.to_string())))
        .expect("it is cut");
    let at = error.split_once("truncated at frame ");
    let (_, at) = at.unwrap_or_else(|| panic!("{error}"));
    let at: u64 = at
        .split(';')
        .next()
        .and_then(|at| at.parse().ok())
        .expect("a number");
    assert_eq!(at / PAGE, page, "{error}");
}

#[test]
fn a_lossless_packet_that_is_damaged_stays_an_error_however_often_it_is_read() {
    const PAGE: u64 = 4096;
    let folder = Folder::new("damaged-packet");
    let source = folder.path().join("source.wav");
    SOUND.write(&source);
    for (name, line) in recipes(FILES).filter(|(name, _)| ["alac.m4a", "16.flac"].contains(name)) {
        let file = File::make(&folder, &source, name, line);
        let stream = |_| Clip::open_stream(&file.path, &OpenOptions::default());
        // Four pages are loaded at once, beginning at another one in each stream.
        let streams = (18..28).map(|page| (page, stream(page).expect("it streams")));
        let streams: Vec<(u64, Clip)> = streams.collect();
        let mut damaged = file.bytes.clone();
        let half = damaged.len() / 2;
        // No packet begins like that.
        damaged[half..half + 60_000].fill(0x5A);
        fs::write(&file.path, damaged).expect("the folder is writable");
        let mut samples = vec![0.0; 100];
        let mut fails = |stream: &Clip, page: u64| {
            let read = stream.try_read(0, page * PAGE, &mut samples);
            read.is_err()
        };
        let mut first = Vec::new();
        for (page, stream) in &streams {
            // The last page that is loaded is the one that is read again below.
            fails(stream, page + 4);
            fails(stream, *page);
            first.push(fails(stream, page + 3));
        }
        assert!(first.contains(&true) && first.contains(&false), "{name}");
        std::thread::sleep(Duration::from_millis(600)); // after half a second it is tried again
        let again = streams.iter().map(|(page, stream)| fails(stream, page + 3));
        assert_eq!(again.collect::<Vec<bool>>(), first, "{name}");
    }
}
