//! What the tests of the program share: folders to work in, the program itself, WAV files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder of one test's own.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(test: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        match fs::remove_dir_all(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{path:?}: {e}"),
            _ => {}
        }
        fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("written");
    }

    /// The program, to be run in this folder.
    pub fn amio(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amio"));
        command.args(args).current_dir(&self.0);
        // Not what the user has stored.
        command.env("XDG_CONFIG_HOME", self.0.join("config"));
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.amio(args).output().expect("the program runs");
        Ran::from(output)
    }

    /// Runs the program, which must succeed.
    pub fn succeed(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "amio {args:?}: {}", ran.stderr);
        ran
    }

    /// The help of a subcommand, which may be one of another one: `graph save`.
    pub fn help_of(&self, subcommand: &str) -> String {
        let mut args: Vec<&str> = subcommand.split(' ').collect();
        args.push("--help");
        self.succeed(&args).stdout
    }

    /// The names of all files here, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// A WAV file of 16-bit samples.
    pub fn write_i16(&self, name: &str, channels: u16, rate_hz: u32, samples: &[i16]) {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(self.0.join(name), spec).expect("created");
        for &sample in samples {
            writer.write_sample(sample).expect("written");
        }
        writer.finalize().expect("completed");
    }

    /// The samples of a float WAV file, interleaved, and what its head says.
    pub fn read_f32(&self, name: &str) -> (hound::WavSpec, Vec<f32>) {
        let mut reader = hound::WavReader::open(self.0.join(name)).expect("a WAV file");
        let samples = reader.samples().map(|x| x.expect("complete")).collect();
        (reader.spec(), samples)
    }

    /// The samples of an integer WAV file, interleaved, and what its head says.
    pub fn read_i32(&self, name: &str) -> (hound::WavSpec, Vec<i32>) {
        let mut reader = hound::WavReader::open(self.0.join(name)).expect("a WAV file");
        let samples = reader.samples().map(|x| x.expect("complete")).collect();
        (reader.spec(), samples)
    }
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}
