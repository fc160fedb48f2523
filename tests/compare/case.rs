//! One file of a round: how it was made, its expected content, and the references that can decode it.

use crate::references::Reference;
use crate::rng::Rng;
use crate::sound::{Sound, Width};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file to compare.
pub struct Case {
    /// The name of the format, under which it is counted.
    pub format: &'static str,
    pub file: PathBuf,
    /// The files that the references decode, one after another: the file itself or, if they do not support
    /// the changes that were made to it, the files that it was made of.
    pub parts: Vec<PathBuf>,
    /// The channels of its sound.
    pub channels: u16,
    pub frame_rate_hz: u32,
    /// The length, if the format stores it.
    pub frames: Option<u64>,
    /// The features that it uses and the changes that were made to it; these are counted.
    pub modes: Vec<&'static str>,
    /// How it was made, for messages.
    pub recipe: Vec<String>,
    /// The largest allowed difference of samples, for a peak of up to 1.0; 0 for lossless formats.
    pub tolerance: f32,
    pub references: &'static [Reference],
}

impl Case {
    pub fn has(&self, mode: &str) -> bool {
        self.modes.contains(&mode)
    }
}

/// Makes one case: random choices, a folder, and notes about the choices.
pub struct Workshop<'a> {
    format: &'static str,
    pub rng: Rng,
    pub folder: &'a Path,
    pub modes: Vec<&'static str>,
    pub recipe: Vec<String>,
}

/// Why a file was not made.
#[derive(Debug)]
pub struct NotMade(pub String);

impl<'a> Workshop<'a> {
    pub fn new(format: &'static str, seed: u64, folder: &'a Path) -> Workshop<'a> {
        Workshop {
            format,
            rng: Rng::new(seed),
            folder,
            modes: Vec::new(),
            recipe: Vec::new(),
        }
    }

    /// A random sound, which is written to `in.wav`.
    pub fn sound(&mut self, rates: &[u32], channels: &[u16], widths: &[Width]) -> Sound {
        let sound = Sound::random(&mut self.rng, rates, channels);
        let width = *self.rng.pick(widths);
        self.recipe.push(format!(
            "in.wav: {} frames, {} channels, {} Hz, {width:?}",
            sound.frames, sound.channels, sound.frame_rate_hz
        ));
        self.write("in.wav", &sound.wav(width));
        sound
    }

    /// Notes a feature or a change, which is counted.
    pub fn mode(&mut self, mode: &'static str) {
        if !self.modes.contains(&mode) {
            self.modes.push(mode);
        }
    }

    /// Returns true in `percent` of a hundred cases, and notes the mode then.
    pub fn chance(&mut self, percent: u64, mode: &'static str) -> bool {
        let chosen = self.rng.chance(percent);
        if chosen {
            self.mode(mode);
        }
        chosen
    }

    /// Notes a step of making the file, for messages.
    pub fn note(&mut self, text: String) {
        self.recipe.push(text);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the folder for temporary files is writable");
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file was made")
    }

    /// Runs an encoder in the folder. `line` has its words, separated by spaces. It must make the file
    /// `out`.
    pub fn encode(&mut self, line: &str, out: &str) -> Result<(), NotMade> {
        self.recipe.push(line.to_owned());
        let mut words = line.split_whitespace();
        let program = words.next().expect("the line names a program");
        let done = Command::new("timeout")
            // TERM does not end ffmpeg when its own Vorbis encoder hangs.
            .args(["-s", "KILL", "20", program])
            .args(words)
            .current_dir(self.folder)
            .output()
            .expect("timeout is installed");
        let made = fs::metadata(self.path(out)).is_ok_and(|file| file.len() > 0);
        if done.status.success() && made {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let last = said.trim().lines().last().unwrap_or("it said nothing");
        Err(NotMade(format!("{line}: {}: {last}", done.status)))
    }

    /// The finished case.
    pub fn case(self, file: PathBuf, sound: &Sound) -> Case {
        Case {
            format: self.format,
            parts: vec![file.clone()],
            file,
            channels: sound.channels,
            frame_rate_hz: sound.frame_rate_hz,
            frames: Some(sound.frames as u64),
            modes: self.modes,
            recipe: self.recipe,
            tolerance: 0.0,
            references: &[],
        }
    }
}
