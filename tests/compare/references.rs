//! The decoders with which the library is compared, each a separate program.

use crate::case::Case;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A decoder of another project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    Ffmpeg,
    /// ffmpeg with libopus in place of its own decoder.
    FfmpegLibopus,
    Libsndfile,
    Mpg123,
    Flac,
    Oggdec,
    Opusdec,
}

/// Interleaved samples, or why there are none.
pub type Samples = Result<Vec<f32>, String>;

static SNDFILE: OnceLock<PathBuf> = OnceLock::new();

/// Compiles the program that decodes with libsndfile, into `folder`.
pub fn prepare(folder: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/sndfile.c");
    let program = folder.join("sndfile");
    let status = Command::new("cc")
        .arg(source)
        .arg("-o")
        .arg(&program)
        .arg("-lsndfile")
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "cc and libsndfile are installed: see scripts/setup test"
    );
    SNDFILE.get_or_init(|| program);
}

impl Reference {
    pub fn name(self) -> &'static str {
        match self {
            Reference::Ffmpeg => "ffmpeg",
            Reference::FfmpegLibopus => "ffmpeg (libopus)",
            Reference::Libsndfile => "libsndfile",
            Reference::Mpg123 => "mpg123",
            Reference::Flac => "flac",
            Reference::Oggdec => "oggdec",
            Reference::Opusdec => "opusdec",
        }
    }

    /// The largest allowed difference from the library's samples: the case's tolerance or, for a decoder that
    /// writes integers, its rounding.
    pub fn tolerance(self, case: &Case) -> f32 {
        match self {
            // oggdec writes integers of 16 bits.
            Reference::Oggdec => 1.1 / 32_768.0,
            _ => case.tolerance,
        }
    }

    /// Whether it clips samples at full scale.
    pub fn clips(self) -> bool {
        self == Reference::Oggdec
    }

    /// Changes interleaved samples to the channel order of WAV, if this decoder keeps the order of the codec
    /// (of Vorbis: see the Vorbis I specification, 4.3.9).
    pub fn in_wav_order(self, case: &Case, samples: Vec<f32>) -> Vec<f32> {
        let keeps = matches!(self, Reference::Libsndfile | Reference::Oggdec);
        let order: &[usize] = match case.channels {
            _ if case.format != "Vorbis" || !keeps => return samples,
            3 => &[0, 2, 1],
            6 => &[0, 2, 1, 5, 3, 4],
            8 => &[0, 2, 1, 7, 5, 6, 3, 4],
            _ => return samples,
        };
        let frames = samples.chunks_exact(order.len());
        frames
            .flat_map(|frame| order.iter().map(|channel| frame[*channel]))
            .collect()
    }

    /// Decodes a file; `scratch` is a folder for temporary files.
    pub fn decode(self, file: &Path, scratch: &Path) -> Samples {
        match self {
            Reference::Ffmpeg => ffmpeg(file, &[]),
            Reference::FfmpegLibopus => {
                ffmpeg(file, &["-request_sample_fmt", "flt", "-c:a", "libopus"])
            }
            Reference::Libsndfile => {
                let program = SNDFILE.get().expect("it was prepared");
                floats(&run(program.as_os_str(), |c| c.arg(file))?)
            }
            Reference::Mpg123 => floats(&run("mpg123", |c| {
                c.args(["-q", "--no-seekbuffer", "-e", "f32", "-s"])
                    .arg(file)
            })?),
            Reference::Flac => flac(file),
            Reference::Oggdec => {
                let raw = run("oggdec", |c| {
                    c.args(["-Q", "-R", "-b", "16", "-e", "0", "-s", "1", "-o", "-"])
                        .arg(file)
                })?;
                Ok(integers(&raw, 2))
            }
            Reference::Opusdec => {
                let out = scratch.join("opusdec.wav");
                run("opusdec", |c| {
                    c.args(["--quiet", "--float", "--rate", "48000"])
                        .arg(file)
                        .arg(&out)
                })?;
                let wav = fs::read(&out).map_err(|error| error.to_string())?;
                let data = wav.windows(4).position(|bytes| bytes == b"data");
                floats(wav.get(data.ok_or("no data")? + 8..).ok_or("no data")?)
            }
        }
    }
}

fn ffmpeg(file: &Path, options: &[&str]) -> Samples {
    floats(&run("ffmpeg", |c| {
        c.args(["-nostdin", "-v", "error", "-threads", "1"])
            .args(options)
            .arg("-i")
            .arg(file)
            .args(["-f", "f32le", "-"])
    })?)
}

fn flac(file: &Path) -> Samples {
    let head = fs::read(file).map_err(|error| error.to_string())?;
    let start = head.windows(4).position(|bytes| bytes == b"fLaC");
    let info = start
        .and_then(|start| head.get(start + 8..))
        .ok_or("no STREAMINFO")?;
    let bits = 1 + (u32::from(info[12] & 1) << 4 | u32::from(info[13] >> 4));
    let raw = run("flac", |c| {
        // -F: without it, bytes after the last frame are an error.
        c.args(["-s", "-F", "-d", "-c", "--force-raw-format"])
            .args(["--endian=little", "--sign=signed"])
            .arg(file)
    })?;
    Ok(integers(&raw, bits.div_ceil(8) as usize))
}

/// Runs a decoder for at most 20 seconds; returns its output.
fn run(
    program: impl AsRef<std::ffi::OsStr>,
    arguments: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<Vec<u8>, String> {
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL"]);
    arguments(command.arg("20").arg(program));
    let done = command.output().expect("timeout is installed");
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let last = said.trim().lines().last().unwrap_or("it said nothing");
    Err(format!("{}: {last}", done.status))
}

fn floats(bytes: &[u8]) -> Samples {
    let (samples, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() {
        return Ok(samples.iter().map(|b| f32::from_le_bytes(*b)).collect());
    }
    Err("half a sample at the end".into())
}

/// Decodes signed little-endian integers of `width` bytes.
fn integers(bytes: &[u8], width: usize) -> Vec<f32> {
    let scale = 1.0 / f64::from(1u32 << 31);
    let sample = |bytes: &[u8]| {
        let top = bytes
            .iter()
            .rev()
            .fold(0u32, |n, byte| n << 8 | u32::from(*byte));
        let value = (top << (32 - 8 * width as u32)) as i32;
        (f64::from(value) * scale) as f32
    };
    bytes.chunks_exact(width).map(sample).collect()
}
