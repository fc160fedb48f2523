//! Why a subcommand ended early, and with which exit code.

use std::fmt::Display;
use std::io::ErrorKind;
use std::process::ExitCode;

/// What every fallible function of the program returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a subcommand ended early.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for something that does not go together: exit code 2.
    Usage(String),
    /// What was asked for failed: exit code 1.
    Runtime(String),
    /// The user stopped it before its result was complete: exit code 130, as of a shell.
    Interrupted,
    /// Whoever read what was printed has read enough, as in `amio devices | head -1`: exit code 0. (Sound
    /// and pictures that are not read to their end have failed.)
    Unread,
}

/// What is said of a pipe that nobody reads any more.
const UNREAD: &str = "nobody reads any more, before the end was reached";

impl Failure {
    /// A failure of something with a name: a file, mostly.
    pub fn of(what: impl Display, error: impl Display) -> Failure {
        Failure::Runtime(format!("{what}: {error}"))
    }

    /// A failure of writing a result, or of reading.
    pub fn of_writing(what: impl Display, error: &std::io::Error) -> Failure {
        match error.kind() {
            ErrorKind::BrokenPipe => Failure::of(what, UNREAD),
            _ => Failure::of(what, error),
        }
    }

    /// Says on stderr what went wrong.
    pub fn report(&self) {
        if let Failure::Unread = self {
            return;
        }
        eprintln!("amio: {self}");
        if let Failure::Usage(_) = self {
            eprintln!("Try 'amio --help'.");
        }
    }

    /// 1 for what failed, 2 for a wrong command line, 130 for Ctrl-C.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Runtime(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Interrupted => 130,
            Failure::Unread => 0,
        })
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Usage(message) | Failure::Runtime(message) => f.write_str(message),
            Failure::Interrupted => f.write_str("interrupted"),
            Failure::Unread => f.write_str(UNREAD),
        }
    }
}

impl From<amio::Error> for Failure {
    fn from(error: amio::Error) -> Failure {
        match &error {
            amio::Error::Io { path, source } => Failure::of_writing(path.display(), source),
            _ => Failure::Runtime(error.to_string()),
        }
    }
}

/// The end of writing to a pipe or to the terminal; `what` names it.
pub fn written(what: impl Display, result: std::io::Result<()>) -> Result<()> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::of(what, error),
    })
}

/// The end of printing; output that nobody reads any more is no failure of ours, and what else there is
/// to do is done.
pub fn printed(result: std::io::Result<()>) -> Result<()> {
    match written("stdout", result) {
        Err(Failure::Unread) => Ok(()),
        printed => printed,
    }
}
