//! What the program tells a person while it works: on stderr, and only if it was not told to be
//! quiet. The progress bar appears on a terminal alone.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;

/// How much the program prints.
#[derive(Clone, Copy)]
pub struct Status {
    /// Errors only.
    pub quiet: bool,
}

impl Status {
    /// A line about what was done.
    pub fn say(self, line: impl Display) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }

    /// Something that the user should know although the work goes on.
    pub fn warn(self, line: impl Display) {
        self.say(format_args!("amio: warning: {line}"));
    }

    /// Warns of samples of a file or a clip that are no sound, if there are any.
    pub fn warn_of_bad_samples(self, name: impl Display, count: u64) {
        let (samples, are) = match count {
            0 => return,
            1 => ("sample is", "it is"),
            _ => ("samples are", "they are"),
        };
        self.warn(format_args!(
            "{name}: {count} {samples} NaN, infinite or beyond ±1e6; {are} silent"
        ));
    }

    /// A bar over `frames` of work, or the time that has passed where there is no end; hidden where
    /// stderr is no terminal. What is said meanwhile goes through its `suspend`. Its `prefix` is what comes
    /// below it.
    pub fn progress(self, frames: Option<u64>, verb: &'static str) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let template = match frames {
            Some(_) => "{msg} [{wide_bar}] {percent:>3} %, {eta} left{prefix}",
            None => "{msg} for {elapsed}{prefix}",
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::with_draw_target(frames, target)
            .with_style(style)
            .with_message(verb)
    }
}
