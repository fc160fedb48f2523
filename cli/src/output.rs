//! Where a result goes: to a file that appears under its name when it is complete, or into a pipe.
//!
//! One rule for all subcommands, asked before anything is written: what the command reads is never
//! replaced, however it is spelled or linked; nor is a file that is no result of the same kind, unless the
//! user says so; nor what is no file. A link to a file stays, and the file behind it is replaced.

use crate::failure::{Failure, Result};
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What is to be written, and what must not be lost.
pub struct Wanted<'a> {
    /// As the user gave it.
    pub path: &'a Path,
    /// What the command reads.
    pub inputs: &'a [PathBuf],
    /// Whether a file of any content may be replaced.
    pub force: bool,
    /// What it will be, for messages, and whether a file holds something of that kind.
    pub kind: (&'static str, fn(&Path) -> bool),
}

/// A place that may be written to.
pub enum Output {
    /// A file, which may be there already.
    File(PathBuf),
    /// A pipe or the like.
    Stream(Box<dyn Write + Send>),
}

impl Output {
    /// Looks for the place, and opens it if it is no file.
    ///
    /// # Errors
    /// If nothing may be written there.
    pub fn find(wanted: &Wanted) -> Result<Output> {
        let path = wanted.path;
        let refuse = |why: &str| Err(Failure::of(path.display(), why));
        if names_stdout(path) {
            return match io::stdout().is_terminal() {
                true => Err(Failure::Usage(format!(
                    "{}: the standard output is a terminal; it must be a pipe or a file",
                    path.display()
                ))),
                false => Ok(Output::Stream(Box::new(io::stdout()))),
            };
        }
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match fs::read_link(path) {
                    Ok(target) => refuse(&format!(
                        "a link to {}, which does not exist",
                        target.display()
                    )),
                    Err(_) => Ok(Output::File(path.into())),
                };
            }
            Err(error) => return Err(Failure::of(path.display(), error)),
        };
        for input in wanted.inputs {
            if fs::metadata(input).is_ok_and(|input| is_same(&input, &found)) {
                return refuse(&format!(
                    "the same file as {}, which is read",
                    input.display()
                ));
            }
        }
        let kind = found.file_type();
        if kind.is_fifo() || kind.is_socket() || is_null(&found) {
            let opened = File::options().write(true).open(path);
            let stream = opened.map_err(|error| Failure::of(path.display(), error))?;
            return Ok(Output::Stream(Box::new(stream)));
        }
        if kind.is_dir() {
            return refuse("a folder");
        }
        if !kind.is_file() {
            return refuse("a device; files and pipes can be written");
        }
        let (name, is_one) = wanted.kind;
        if !wanted.force && found.len() > 0 && !is_one(path) {
            return refuse(&format!("exists and is no {name}; --force replaces it"));
        }
        let target = fs::canonicalize(path);
        Ok(Output::File(
            target.map_err(|error| Failure::of(path.display(), error))?,
        ))
    }
}

/// Whether the standard output is meant.
pub fn names_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|name| path == Path::new(name))
}

fn is_same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// `/dev/null`: whatever goes there may go.
fn is_null(found: &Metadata) -> bool {
    const NULL: u64 = 1 << 8 | 3;
    found.file_type().is_char_device() && found.rdev() == NULL
}

/// A file that is being written beside its final place, and moved there by [`Draft::publish`].
/// Dropped before that, it vanishes.
pub struct Draft {
    target: PathBuf,
    draft: PathBuf,
    published: bool,
}

impl Draft {
    /// Begins an empty draft for `target`, with the permissions of what is there.
    ///
    /// # Errors
    /// If its folder cannot be written.
    pub fn create(target: PathBuf) -> Result<Draft> {
        let Some(name) = target.file_name() else {
            return Err(Failure::of(target.display(), "is not a file name"));
        };
        let name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        let path = target.with_file_name(name);
        let made = File::create(&path).and_then(|file| match fs::metadata(&target) {
            Ok(before) => file.set_permissions(before.permissions()),
            Err(_) => Ok(()),
        });
        let draft = Draft {
            target,
            draft: path,
            published: false,
        };
        match made {
            Ok(()) => Ok(draft),
            Err(error) => Err(Failure::of(draft.target.display(), error)),
        }
    }

    /// The file to write.
    pub fn path(&self) -> &Path {
        &self.draft
    }

    /// Gives the file, whose content is written and closed, its name.
    pub fn publish(mut self) -> Result<()> {
        let moved = File::open(&self.draft)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.draft, &self.target));
        moved.map_err(|e| Failure::of(self.target.display(), e))?;
        self.published = true;
        Ok(())
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
