//! The converters that are compared. Each converts samples in memory to samples in newly allocated
//! memory, on one thread.

use amio::{Clip, Quality};
use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Indexing, Resampler, WindowFunction};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Clone)]
pub enum Converter {
    Amio(Quality),
    /// rubato's FFT resampler in its usual configuration, with chunks of 4096 frames.
    Rubato,
    /// A converter of the program `peers`.
    Peer {
        program: PathBuf,
        name: &'static str,
    },
}

/// The libraries of the peers: define and option for the C compiler, and Debian package.
const LIBRARIES: [(&str, &str, &str); 2] = [
    ("-DWITH_SOXR", "-lsoxr", "libsoxr-dev"),
    ("-DWITH_SAMPLERATE", "-lsamplerate", "libsamplerate0-dev"),
];
const SOXR: &str = LIBRARIES[0].2;
const PEERS: [(&str, &str); 3] = [
    ("soxr-hq", SOXR),
    ("soxr-vhq", SOXR),
    ("libsamplerate-best", LIBRARIES[1].2),
];

/// All converters that this machine has; prints on stderr which are missing, and why.
pub fn all() -> Vec<Converter> {
    let mut all: Vec<_> = [Quality::Draft, Quality::Good, Quality::Best]
        .map(Converter::Amio)
        .into();
    all.push(Converter::Rubato);
    let found: Vec<_> = LIBRARIES
        .into_iter()
        .filter(|library| compile(&[*library]).is_some())
        .collect();
    let program = compile(&found);
    for (name, package) in PEERS {
        match &program {
            Some(program) if found.iter().any(|(_, _, found)| *found == package) => {
                let program = program.clone();
                all.push(Converter::Peer { program, name });
            }
            _ => eprintln!(
                "LEFT OUT: {name}. It needs a C compiler and the package {package}; \
                 scripts/setup bench installs both."
            ),
        }
    }
    all
}

/// Compiles the program `peers` with some libraries, if all of them are installed.
fn compile(libraries: &[(&str, &str, &str)]) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/convert/peers.c");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let output = Command::new("cc")
        .arg("-O2")
        .args(libraries.iter().map(|(define, ..)| define))
        .arg(source)
        .arg("-o")
        .arg(&program)
        .args(libraries.iter().map(|(_, link, _)| link))
        .output()
        .ok()?;
    output.status.success().then_some(program)
}

impl Converter {
    pub fn name(&self) -> String {
        match self {
            Converter::Amio(quality) => format!("amio {quality:?}"),
            Converter::Rubato => "rubato FFT 4096".into(),
            Converter::Peer { name, .. } => name
                .replace("hq", "HQ")
                .replace("vHQ", "VHQ")
                .replace('-', " "),
        }
    }

    /// Converts planar samples, and measures how long it took.
    pub fn run(&self, input: &[Vec<f32>], from_hz: u32, to_hz: u32) -> (Vec<Vec<f32>>, Duration) {
        match self {
            Converter::Amio(quality) => amio(*quality, input, from_hz, to_hz),
            Converter::Rubato => rubato(input, from_hz, to_hz),
            Converter::Peer { program, name } => peer(program, name, input, from_hz, to_hz),
        }
    }
}

fn interleave(planar: &[Vec<f32>]) -> Vec<f32> {
    (0..planar[0].len())
        .flat_map(|frame| planar.iter().map(move |channel| channel[frame]))
        .collect()
}

fn amio(
    quality: Quality,
    input: &[Vec<f32>],
    from_hz: u32,
    to_hz: u32,
) -> (Vec<Vec<f32>>, Duration) {
    let clip = Clip::from_f32(from_hz, input.len() as u16, &interleave(input)).expect("a clip");
    let began = Instant::now();
    let converted = clip
        .convert(to_hz, quality, &mut |_| ControlFlow::Continue(()))
        .expect("these rates are in range");
    let took = began.elapsed();
    let read = |channel| {
        let mut samples = vec![0.0; converted.info().frames as usize];
        converted.read(channel, 0, &mut samples);
        samples
    };
    ((0..converted.info().channels).map(read).collect(), took)
}

fn rubato(input: &[Vec<f32>], from_hz: u32, to_hz: u32) -> (Vec<Vec<f32>>, Duration) {
    let (channels, frames) = (input.len(), input[0].len());
    let (from, to) = (from_hz as usize, to_hz as usize);
    let padded: Vec<Vec<f32>> = input
        .iter()
        .map(|channel| [&channel[..], &[0.0; 3 * 4096 * 2]].concat())
        .collect();
    let began = Instant::now();
    let window = WindowFunction::BlackmanHarris2;
    let mut fft = Fft::<f32>::new_custom(from, to, 4096, 1, channels, window, FixedSync::Both)
        .expect("rates");
    let (chunk_in, chunk_out) = (fft.fft_size_in(), fft.fft_size_out());
    let chunks = frames.div_ceil(chunk_in) + 1;
    let mut output = vec![vec![0.0; chunks * chunk_out]; channels];
    let source = SequentialSliceOfVecs::new(&padded, channels, padded[0].len()).expect("sizes");
    let mut sink =
        SequentialSliceOfVecs::new_mut(&mut output, channels, chunks * chunk_out).expect("sizes");
    for chunk in 0..chunks {
        let at = Indexing::new()
            .input_offset(chunk * chunk_in)
            .output_offset(chunk * chunk_out);
        fft.process_into_buffer(&source, &mut sink, Some(&at))
            .expect("the padding is long enough");
    }
    let took = began.elapsed();
    let length = (2 * frames * to + from) / (2 * from);
    for channel in &mut output {
        channel.drain(..fft.output_delay());
        channel.truncate(length);
    }
    (output, took)
}

fn peer(
    program: &Path,
    name: &str,
    input: &[Vec<f32>],
    from_hz: u32,
    to_hz: u32,
) -> (Vec<Vec<f32>>, Duration) {
    let channels = input.len();
    let file = |ending| program.with_extension(ending);
    let bytes: Vec<u8> = interleave(input)
        .into_iter()
        .flat_map(f32::to_ne_bytes)
        .collect();
    std::fs::write(file("in"), bytes).expect("the target folder can be written to");
    let done = Command::new(program)
        .args([
            name,
            &from_hz.to_string(),
            &to_hz.to_string(),
            &channels.to_string(),
        ])
        .args([file("in"), file("out")])
        .output()
        .expect("it was just compiled");
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {complaint}");
    let seconds = String::from_utf8_lossy(&done.stdout);
    let took = Duration::from_secs_f64(seconds.trim().parse().expect("it prints seconds"));
    let bytes = std::fs::read(file("out")).expect("it was just written");
    let (samples, _) = bytes.as_chunks::<4>();
    let channel = |channel| {
        let samples = samples.iter().skip(channel).step_by(channels);
        samples.map(|sample| f32::from_ne_bytes(*sample)).collect()
    };
    ((0..channels).map(channel).collect(), took)
}
