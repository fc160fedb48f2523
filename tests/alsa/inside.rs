//! Runs a test in a process of its own, with a configuration of ALSA that is made for it, and with a JACK server if it
//! needs one.

use crate::{again, toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Set in the environment of the process that runs the test.
const INSIDE: &str = "AMIO_TEST_INSIDE";

/// How long a test may take, in seconds.
const PATIENCE: &str = "150";

/// Tests would disturb each other's timing.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What runs beside a test.
#[derive(Clone, Copy)]
pub enum Beside {
    Nothing,
    /// jackd with this period, and a client that plays back what it gets.
    Jackd(u32),
}

/// Runs an expression, the body of a test, in a child process.
///
/// If something is not installed, the test prints that it is skipped; on CI, it fails.
macro_rules! inside {
    ($beside:expr, $test:expr) => {{
        fn here() {}
        if crate::inside::is_inside() {
            $test
        } else {
            crate::inside::run($beside, std::any::type_name_of_val(&here))
        }
    }};
}
pub(crate) use inside;

pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test in which `here` is declared.
pub fn run(beside: Beside, here: &'static str) {
    let missing = match beside {
        _ if !Path::new("/usr/include/alsa/asoundlib.h").is_file() => Some("libasound2-dev"),
        Beside::Jackd(_) if !is_installed("jackd") => Some("jackd"),
        Beside::Jackd(_) if jack_plugin().is_none() => Some("libasound2-plugins"),
        _ => None,
    };
    if let Some(missing) = missing {
        let message = format!("{missing} is not installed: run scripts/setup test");
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("\n*** SKIPPED, NOTHING WAS TESTED: {message} ***\n");
        return;
    }
    let in_crate = here.split_once("::").expect("it is in a module").1;
    let name = in_crate.trim_end_matches("::here");
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let program = again::program();
    let mut command = match beside {
        Beside::Nothing => {
            let mut command = Command::new("timeout");
            command.arg(PATIENCE).arg(program);
            command
        }
        Beside::Jackd(period) => {
            let script = toolchain::repository().join("tests/servers/with-jackd.sh");
            let mut command = Command::new(script);
            command.arg(period.to_string()).arg(program);
            command
        }
    };
    let output = command
        .args(again::only(name))
        .env(INSIDE, "1")
        .env("T", PATIENCE)
        .env("ALSA_CONFIG_PATH", configuration())
        .env("AMIO_TEST_OUT", played())
        .output()
        .expect("the program starts");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let passed = output.status.success() && again::passed(&output.stdout);
    assert!(passed, "{name}: {}\n{printed}", output.status);
    println!("{printed}");
}

/// What the PCM `tofile` writes.
pub fn played() -> PathBuf {
    folder().join("played.raw")
}

/// A configuration of ALSA with the PCMs of these tests, made once.
fn configuration() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let plugin = folder().join("libasound_module_pcm_fault.so");
        let source = toolchain::repository().join("tests/alsa/fault.c");
        toolchain::succeed(
            Command::new("cc")
                .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror"])
                .args(["-fPIC", "-shared", "-DPIC", "-o"])
                .arg(&plugin)
                .arg(source)
                .arg("-lasound"),
        );
        let pcms = fs::read_to_string(toolchain::repository().join("tests/alsa/asound.conf"));
        let pcms = pcms.expect("a file of the repository");
        let text = pcms.replace("@PLUGIN@", plugin.to_str().expect("its path is text"));
        let file = folder().join("asound.conf");
        fs::write(&file, text).expect("the target directory is writable");
        file
    })
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alsa");
    fs::create_dir_all(&folder).expect("the target directory is writable");
    folder
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// ALSA's plugin for JACK.
fn jack_plugin() -> Option<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").ok()?.flatten();
    let folders = libraries
        .map(|entry| entry.path())
        .chain(["/usr/lib".into()]);
    let plugin = |folder: PathBuf| folder.join("alsa-lib/libasound_module_pcm_jack.so");
    folders.map(plugin).find(|file| file.is_file())
}
