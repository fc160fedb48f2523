//! One test of this program again, in a process of its own: where limits, a mount or a variable of
//! the environment would disturb the other tests, or where the process is to be killed.

use std::path::PathBuf;

/// This very program.
pub fn program() -> PathBuf {
    std::env::current_exe().expect("the test runs from a file")
}

/// The arguments by which it runs one test alone, such as `limits::with_little_memory`.
pub fn only(test: &str) -> [&str; 5] {
    [
        "--exact",
        test,
        "--include-ignored",
        "--nocapture",
        "--test-threads=1",
    ]
}

/// Whether the test ran and passed, by what the program printed. Its status is not enough: it is
/// good as well where no test has that name.
pub fn passed(printed: &[u8]) -> bool {
    String::from_utf8_lossy(printed).contains("test result: ok. 1 passed")
}
