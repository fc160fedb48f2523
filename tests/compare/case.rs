//! One file of a round: how it was made, what it must hold, and which references know it.

use crate::references::Reference;
use crate::rng::Rng;
use crate::sound::{Sound, Width};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file to compare.
pub struct Case {
    /// The format, as it is counted.
    pub format: &'static str,
    pub file: PathBuf,
    /// What the references decode, one after another: the file itself or, where they do not know what
    /// was done to it, what it was made of.
    pub parts: Vec<PathBuf>,
    /// What is known of the sound in it.
    pub channels: u16,
    pub frame_rate_hz: u32,
    /// The length, where the format keeps it.
    pub frames: Option<u64>,
    /// What was done to it, as it is counted.
    pub modes: Vec<&'static str>,
    /// How it was made, for people.
    pub recipe: Vec<String>,
    /// How far samples may lie apart, for a peak of up to 1.0; 0 where each bit is kept.
    pub tolerance: f32,
    pub references: &'static [Reference],
}

impl Case {
    pub fn has(&self, mode: &str) -> bool {
        self.modes.contains(&mode)
    }
}

/// Makes one case: a source of random choices, a folder, and notes of what was done.
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

    /// Notes that something was done, which is counted.
    pub fn mode(&mut self, mode: &'static str) {
        if !self.modes.contains(&mode) {
            self.modes.push(mode);
        }
    }

    /// Does something in `percent` of a hundred cases, and notes it.
    pub fn chance(&mut self, percent: u64, mode: &'static str) -> bool {
        let chosen = self.rng.chance(percent);
        if chosen {
            self.mode(mode);
        }
        chosen
    }

    /// Notes how the file was made, for people.
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

    /// Runs an encoder, given as words that are separated by spaces, in the folder; it must make
    /// the file `out`.
    pub fn encode(&mut self, line: &str, out: &str) -> Result<(), NotMade> {
        self.recipe.push(line.to_owned());
        let mut words = line.split_whitespace();
        let program = words.next().expect("the line names a program");
        let done = Command::new("timeout")
            // ffmpeg does not end at TERM while its own encoder of Vorbis hangs.
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
