//! Where a result goes: to a file that appears under its name when it is complete, or into a pipe.
//!
//! One rule for all subcommands, asked before anything is written: what the command reads is never
//! replaced, however it is spelled or linked; nor is a file that is no result of the same kind, unless the
//! user says so; nor what is no file. A link to a file stays, and the file behind it is replaced.

use crate::failure::{Failure, Result};
use crate::format::Format;
use std::fs::{self, File, FileType, Metadata, Permissions, TryLockError};
use std::io::{self, ErrorKind, IsTerminal};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What is to be written, and what must not be lost.
pub struct Wanted<'a, F> {
    /// As the user gave it.
    pub path: &'a Path,
    /// What the command reads.
    pub inputs: &'a [PathBuf],
    /// The format, if its ending does not decide.
    pub format: Option<F>,
    /// Whether a file of any content may be replaced.
    pub force: bool,
}

/// A place that may be written to.
pub enum Output {
    /// A file, which may be there already.
    File(PathBuf),
    /// What takes bytes one after another.
    Pipe(Pipe),
}

/// A pipe or the like.
pub enum Pipe {
    /// The standard output.
    Stdout,
    /// One with a name in the file system.
    Named(PathBuf),
}

impl Output {
    /// Looks for the place, and finds out what is to be written there. Nothing is changed.
    ///
    /// # Errors
    /// If nothing may be written there, or it is not known what.
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
    /// Opens it; a named one waits for a reader.
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

/// What is at a path; a link that leads nowhere is an error.
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

/// Whether the standard output is meant.
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

/// The file that is to be replaced; of a link, the one that it leads to.
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

/// Whether a recorder writes it, or a streamed clip plays it, in any process.
fn is_in_use(path: &Path) -> bool {
    let locked = File::open(path).map(|file| file.try_lock());
    matches!(locked, Ok(Err(TryLockError::WouldBlock)))
}

/// Whether nobody may write to it, or this user may not. A draft would take its place all the same.
fn is_protected(path: &Path, found: &Metadata) -> bool {
    let opened = || File::options().write(true).open(path);
    found.permissions().readonly()
        || matches!(opened(), Err(error) if error.kind() == ErrorKind::PermissionDenied)
}

/// A file that is being written beside its final place, and moved there by [`Draft::publish`].
/// Dropped before that, it vanishes.
pub struct Draft {
    target: PathBuf,
    draft: PathBuf,
    /// Those of what is replaced.
    permissions: Option<Permissions>,
    published: bool,
}

impl Draft {
    /// Begins an empty draft for `target`, which will have the permissions of what is there.
    ///
    /// # Errors
    /// If its folder cannot be written.
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
            // Nobody else may read more than before, and we must be able to write.
            let ours = Permissions::from_mode(permissions.mode() | 0o600);
            file.set_permissions(ours).map_err(failed)?;
        }
        Ok(draft)
    }

    /// The file to write.
    pub fn path(&self) -> &Path {
        &self.draft
    }

    /// Gives the file, whose content is written and closed, its name.
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

/// Makes a file of a name that nothing has; a short one, since `target`'s may be as long as names can be.
fn new_file_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    let mut number = 0;
    loop {
        let path = target.with_file_name(format!(".amio-{process}-{number}.part"));
        match File::create_new(&path) {
            // Left behind by a process that was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return Ok((made?, path)),
        }
    }
}
