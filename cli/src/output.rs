//! Where a result goes: to a file, which gets its name when it is complete, or into a pipe.
//!
//! All subcommands follow the same rules, which are checked before anything is written. A file that the
//! command reads is never replaced, by whatever path or link it is named. A file of another kind than the
//! result is replaced only with `--force`. Folders and devices are never replaced. A link to a file stays,
//! and the file that it points to is replaced.

use crate::failure::{Failure, Result};
use crate::format::Format;
use std::fs::{self, File, FileType, Metadata, Permissions, TryLockError};
use std::io::{self, ErrorKind, IsTerminal};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The output that the user asks for, and the files that it must not replace.
pub struct Wanted<'a, F> {
    /// The path as the user gave it.
    pub path: &'a Path,
    /// The files that the command reads.
    pub inputs: &'a [PathBuf],
    /// The format, if it is not selected by the suffix.
    pub format: Option<F>,
    /// Whether an existing file of any kind may be replaced.
    pub force: bool,
}

/// A place that may be written to.
pub enum Output {
    /// A file, which may exist already.
    File(PathBuf),
    /// A destination that cannot seek.
    Pipe(Pipe),
}

/// A pipe, or another destination that cannot seek.
pub enum Pipe {
    /// The standard output.
    Stdout,
    /// A named pipe or a device.
    Named(PathBuf),
}

impl Output {
    /// Checks the destination, and determines the format. Nothing is changed.
    ///
    /// # Errors
    /// The destination must not be written, or the format is unknown.
    pub fn find<F: Format>(wanted: &Wanted<F>) -> Result<(Output, F)> {
        let path = wanted.path;
        let is_stdout = names_stdout(path);
        let found = match is_stdout {
            true => stdout().and_then(|file| file.metadata()).map(Some),
            false => existing(path),
        };
        let found = found.map_err(|error| Failure::of(path.display(), error))?;
        if let Some(found) = &found {
            refuse_inputs(path, found, wanted.inputs)?;
        }
        let is_pipe = is_stdout || found.as_ref().is_some_and(takes_a_stream);
        if let Some(found) = found.as_ref().filter(|found| !is_pipe && !found.is_file()) {
            return Err(Failure::of(path.display(), other_kind(found.file_type())));
        }
        let format = F::of(path, is_pipe, wanted.format)?;
        let output = match found {
            _ if is_stdout && io::stdout().is_terminal() => {
                return Err(Failure::Usage(format!(
                    "{}: the standard output is a terminal; it must be a pipe or a file",
                    path.display()
                )));
            }
            _ if is_stdout => Output::Pipe(Pipe::Stdout),
            _ if is_pipe => Output::Pipe(Pipe::Named(path.into())),
            Some(found) => Output::File(replaceable::<F>(path, &found, wanted.force)?),
            None => Output::File(path.into()),
        };
        Ok((output, format))
    }
}

impl Pipe {
    /// Opens the pipe. For a named pipe, the call waits for a reader.
    pub fn open(&self) -> Result<File> {
        match self {
            Pipe::Stdout => stdout().map_err(|error| Failure::of("stdout", error)),
            Pipe::Named(path) => {
                let opened = File::options().write(true).open(path);
                opened.map_err(|error| Failure::of(path.display(), error))
            }
        }
    }
}

/// The metadata of what exists at a path, if anything does; a dangling link is an error.
fn existing(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => Err(io::Error::other(format!(
                "a link to {}, which does not exist",
                target.display()
            ))),
            Err(_) => Ok(None),
        },
        found => found.map(Some),
    }
}

/// The standard output, without a buffer.
fn stdout() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Whether the path stands for the standard output.
fn names_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|name| path == Path::new(name))
}

fn refuse_inputs(path: &Path, found: &Metadata, inputs: &[PathBuf]) -> Result<()> {
    let place = |file: &Metadata| (file.dev(), file.ino());
    let is_found = |input: &&PathBuf| fs::metadata(input).is_ok_and(|m| place(&m) == place(found));
    match inputs.iter().find(is_found) {
        Some(input) => Err(Failure::of(
            path.display(),
            format_args!("the same file as {}, which is read", input.display()),
        )),
        None => Ok(()),
    }
}

/// Pipes, and `/dev/null`: writing to them destroys nothing.
fn takes_a_stream(found: &Metadata) -> bool {
    const NULL: u64 = 1 << 8 | 3;
    let kind = found.file_type();
    kind.is_fifo() || kind.is_char_device() && found.rdev() == NULL
}

/// The file to replace: for a link, the file that it points to.
fn replaceable<F: Format>(path: &Path, found: &Metadata, force: bool) -> Result<PathBuf> {
    let refuse = |why: &str| Err(Failure::of(path.display(), why));
    if is_in_use(path) {
        return refuse("is being written already, or played; take another file");
    }
    if !force && is_protected(path, found) {
        return refuse("is protected from writing; --force replaces it");
    }
    if !force && found.len() > 0 && !F::is_in(path) {
        return refuse(&format!(
            "exists and is no {}; --force replaces it",
            F::NAME
        ));
    }
    fs::canonicalize(path).map_err(|error| Failure::of(path.display(), error))
}

fn other_kind(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder; files and pipes can be written"
    } else if kind.is_socket() {
        "a socket; files and pipes can be written"
    } else {
        "a device; files and pipes can be written"
    }
}

/// Whether a recorder writes the file, or a streamed clip plays it, in any process.
fn is_in_use(path: &Path) -> bool {
    let locked = File::open(path).map(|file| file.try_lock());
    matches!(locked, Ok(Err(TryLockError::WouldBlock)))
}

/// Whether the file is read-only, for everybody or for this user. The check is needed because moving a
/// draft over the file needs no permission to write to the file.
fn is_protected(path: &Path, found: &Metadata) -> bool {
    let opened = || File::options().write(true).open(path);
    found.permissions().readonly()
        || matches!(opened(), Err(error) if error.kind() == ErrorKind::PermissionDenied)
}

/// A file that is written beside its final place, and moved there by [`Draft::publish`].
/// If it is dropped before that, it is removed.
pub struct Draft {
    target: PathBuf,
    draft: PathBuf,
    /// The permissions of the file that is replaced.
    permissions: Option<Permissions>,
    published: bool,
}

impl Draft {
    /// Creates an empty draft for `target`. It gets the permissions of an existing `target`.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn create(target: PathBuf) -> Result<Draft> {
        let failed = |error: io::Error| Failure::of(target.display(), error);
        if target.file_name().is_none() {
            return Err(Failure::of(target.display(), "is not a file name"));
        }
        let before = fs::metadata(&target).ok();
        let permissions = before.map(|before| before.permissions());
        let (file, path) = new_file_beside(&target).map_err(failed)?;
        let draft = Draft {
            draft: path,
            permissions,
            published: false,
            target: target.clone(),
        };
        if let Some(permissions) = &draft.permissions {
            // No other user gets more rights than before; the owner must be able to write.
            let ours = Permissions::from_mode(permissions.mode() | 0o600);
            file.set_permissions(ours).map_err(failed)?;
        }
        Ok(draft)
    }

    /// The file to write.
    pub fn path(&self) -> &Path {
        &self.draft
    }

    /// Moves the file, which is complete and closed, to its final place.
    pub fn publish(mut self) -> Result<()> {
        self.move_to_target()
            .map_err(|error| Failure::of(self.target.display(), error))?;
        self.published = true;
        Ok(())
    }

    fn move_to_target(&self) -> io::Result<()> {
        let file = File::open(&self.draft)?;
        file.sync_all()?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        fs::rename(&self.draft, &self.target)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about a draft that cannot be removed.
            let _ = fs::remove_file(&self.draft);
        }
    }
}

/// Creates a file with an unused name. The name is short and does not contain `target`'s, which may have
/// the maximum length already.
fn new_file_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    let mut number = 0;
    loop {
        let path = target.with_file_name(format!(".amio-{process}-{number}.part"));
        match File::create_new(&path) {
            // A draft that a killed process has left behind.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return Ok((made?, path)),
        }
    }
}
