//! Reads files with libsndfile and the FLAC tools.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that is removed again.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let name = format!("recorder-{}-{name}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("the target directory is writable");
        Folder(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A failed test may have left the folder in any state.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The output of a tool, which must succeed.
fn run(tool: &str, arguments: &[&OsStr]) -> Vec<u8> {
    let done = Command::new(tool)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{tool}: {e}; run scripts/setup test"));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{tool} {arguments:?}: {words}");
    done.stdout
}

/// Checks a FLAC file with its own tool: every checksum, and the digest of the whole.
pub fn verify_flac(path: &Path) {
    // Warnings are errors; a missing digest gives a warning.
    run("flac", &["-stw", &path.to_string_lossy()].map(OsStr::new));
}

/// How many frames libsndfile says a file has.
pub fn frames(path: &Path) -> u64 {
    let told = run("sndfile-info", &[path.as_os_str()]);
    let told = String::from_utf8_lossy(&told);
    let line = told.lines().find(|line| line.starts_with("Frames"));
    let number = line.and_then(|line| line.rsplit(' ').next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no length: {told}"))
}

/// The samples of a file, interleaved, as libsndfile reads them.
pub fn samples(path: &Path) -> Vec<f32> {
    let raw = path.with_extension("raw");
    let is_float = is_float_wav(path);
    // The tool would normalise integers if it converted them to floats.
    let option = if is_float { "-float32" } else { "-pcm32" };
    let arguments = [OsStr::new(option), path.as_os_str(), raw.as_os_str()];
    run("sndfile-convert", &arguments);
    let bytes = std::fs::read(&raw).expect("it was written");
    std::fs::remove_file(&raw).expect("it is there");
    let (samples, _) = bytes.as_chunks::<4>();
    let sample = |bytes: &[u8; 4]| match is_float {
        true => f32::from_le_bytes(*bytes),
        false => i32::from_le_bytes(*bytes) as f32 / 2_147_483_648.0,
    };
    samples.iter().map(sample).collect()
}

fn is_float_wav(path: &Path) -> bool {
    let told = run("sndfile-info", &[path.as_os_str()]);
    String::from_utf8_lossy(&told).contains("IEEE Float")
}
