//! Why a subcommand ended early, and with which exit code.

use std::fmt::Display;
use std::io::ErrorKind;
use std::process::ExitCode;

/// What every fallible function of the program returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a subcommand ended early.
#[derive(Debug)]
pub enum Failure {
    /// The command line is not valid: exit code 2.
    Usage(String),
    /// The command failed: exit code 1.
    Runtime(String),
    /// The user stopped it before its result was complete: exit code 130, as shells have it.
    Interrupted,
    /// The reader of the printed text has closed the pipe, as in `amio devices | head -1`: exit code 0.
    /// (For sound and pictures, a reader that closes the pipe early is a failure.)
    Unread,
}

/// The message for a pipe whose reader has closed it.
const UNREAD: &str = "the reader closed the pipe before the end";

impl Failure {
    /// A failure of something that has a name, usually a file.
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

    /// Prints the error to stderr.
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

/// Converts the result of writing to a pipe or to the terminal; `what` names it.
pub fn written(what: impl Display, result: std::io::Result<()>) -> Result<()> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::of(what, error),
    })
}

/// Converts the result of printing. A reader that has closed the pipe is no failure, and the caller
/// goes on with its other work.
pub fn printed(result: std::io::Result<()>) -> Result<()> {
    match written("stdout", result) {
        Err(Failure::Unread) => Ok(()),
        printed => printed,
    }
}
