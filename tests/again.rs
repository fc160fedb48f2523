//! Runs one test of this program in a child process: for tests that need limits, a mount or an environment
//! variable that would disturb other tests, or a process that is killed.

use std::path::PathBuf;

/// The program that is running.
pub fn program() -> PathBuf {
    std::env::current_exe().expect("the test runs from a file")
}

/// The arguments that make it run only one test, such as `limits::with_little_memory`.
pub fn only(test: &str) -> [&str; 5] {
    [
        "--exact",
        test,
        "--include-ignored",
        "--nocapture",
        "--test-threads=1",
    ]
}

/// Whether the test ran and passed, according to the program's output. Its exit status is not enough:
/// it is 0 also if no test has that name.
pub fn passed(printed: &[u8]) -> bool {
    String::from_utf8_lossy(printed).contains("test result: ok. 1 passed")
}
