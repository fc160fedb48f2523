//! Builds C and C++ programs against `include/amio.h` and the library that cargo built with this test, and
//! runs them.

use crate::again;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// How a program finds the library.
#[derive(Clone, Copy, Debug)]
pub enum Linkage {
    /// At run time, by its SONAME.
    Shared,
    /// The program contains the library.
    Static,
}

/// What static linking needs besides the library: the output of `rustc --print native-static-libs`.
const NATIVE_LIBRARIES: [&str; 4] = ["-lgcc_s", "-lpthread", "-lm", "-ldl"];

/// Compiles `source`, a path in the repository, by `standard` without warnings; returns the program.
pub fn build(source: &str, standard: &str, linkage: Linkage) -> PathBuf {
    let folder = scratch();
    let name = source.replace('/', "-");
    let program = folder.join(format!("{name}-{standard}-{linkage:?}"));
    let mut compiler = compiler(standard);
    compiler
        .arg("-o")
        .arg(&program)
        .arg(repository().join(source));
    match linkage {
        Linkage::Shared => {
            let library = shared_library();
            compiler
                .arg("-L")
                .arg(&library)
                .arg("-lamio")
                .arg("-lpthread")
                .arg("-lm");
            compiler.arg(format!("-Wl,-rpath,{}", library.display()));
        }
        Linkage::Static => {
            compiler
                .arg(beside_this_test("libamio.a"))
                .args(NATIVE_LIBRARIES);
        }
    }
    succeed(&mut compiler);
    program
}

/// A compiler for `standard`, such as "c99" or "c++20", for which every warning is an error.
pub fn compiler(standard: &str) -> Command {
    let mut compiler = Command::new(if standard.starts_with("c++") {
        "c++"
    } else {
        "cc"
    });
    compiler
        .arg(format!("-std={standard}"))
        .args(["-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .arg("-I")
        .arg(repository().join("include"));
    compiler
}

/// Runs a command, which must succeed; returns what it printed.
pub fn succeed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        status.success(),
        "{command:?}: {status}\n{}{}",
        text(&stdout),
        text(&stderr)
    );
    text(&stdout)
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for the files of this test.
pub fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    fs::create_dir_all(&folder).expect("the target directory is writable");
    folder
}

/// A folder with the shared library, under the names that the linker and the loader look for.
pub fn shared_library() -> PathBuf {
    // Made once for all tests.
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let folder = scratch().join("lib");
        fs::create_dir_all(&folder).expect("the target directory is writable");
        let soname = concat!("libamio.so.", env!("CARGO_PKG_VERSION_MAJOR"));
        for name in ["libamio.so", soname] {
            let link = folder.join(name);
            // An earlier run may have left it.
            let _ = fs::remove_file(&link);
            symlink(beside_this_test("libamio.so"), &link).expect("the folder is writable");
        }
        folder
    };
    MADE.get_or_init(make).clone()
}

/// A library that cargo built with this test.
pub fn beside_this_test(name: &str) -> PathBuf {
    again::program().with_file_name(name)
}
