//! Messages while the program works: on stderr, unless the user asked for `--quiet`. The progress bar
//! appears only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;

/// How much the program prints.
#[derive(Clone, Copy)]
pub struct Status {
    /// Errors only.
    pub quiet: bool,
}

impl Status {
    /// Prints a line about finished work.
    pub fn say(self, line: impl Display) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }

    /// Prints a warning; the work goes on.
    pub fn warn(self, line: impl Display) {
        self.say(format_args!("amio: warning: {line}"));
    }

    /// Warns of samples of a file or a clip that are NaN or infinite, if there are any.
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

    /// A progress bar for `frames` frames of work; `None`: it shows the time that has passed. It is hidden
    /// if stderr is not a terminal. Messages during the work must be printed inside its `suspend`. Its
    /// `prefix` is shown below the bar.
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
