//! Places in an arrangement file, for messages that an editor can jump to.

use crate::failure::Failure;
use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

/// A file and its text.
pub struct Text<'a> {
    /// The path as the user gave it.
    pub path: &'a Path,
    /// All of it.
    pub text: &'a str,
}

impl Text<'_> {
    /// `file:line:column: message`; lines and columns count from 1, columns in characters.
    pub fn refuse(&self, at: Range<usize>, message: impl Display) -> Failure {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Failure::of(
            format_args!("{}:{line}:{column}", self.path.display()),
            message,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let text = Text {
            path: Path::new("a.toml"),
            text: "rate = 1\nß = 2\n",
        };
        let message = |at| match text.refuse(at..at, "no") {
            Failure::Runtime(message) => message,
            _ => String::new(),
        };
        assert_eq!(message(0), "a.toml:1:1: no");
        assert_eq!(message(9), "a.toml:2:1: no");
        assert_eq!(message(14), "a.toml:2:5: no");
        assert_eq!(message(999), "a.toml:3:1: no");
    }
}
