//! `scripts/setup` and `scripts/python` on simulated machines: programs in a folder that is first on PATH
//! replace the package manager or Python.

use crate::toolchain::{repository, scratch};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A simulated machine: a folder of scripts that replace programs. Only the named Debian packages are
/// installed.
struct Machine(PathBuf);

impl Machine {
    fn new(test: &str, installed: &[&str]) -> Machine {
        let folder = scratch().join(format!("machine-{test}"));
        let _ = fs::remove_dir_all(&folder); // of an earlier run
        fs::create_dir_all(&folder).expect("the target directory is writable");
        let machine = Machine(folder);
        fs::write(machine.0.join("installed"), installed.join("\n")).expect("it is writable");
        machine.program(
            "dpkg-query",
            "for package; do :; done\n\
             ! grep -qx -e \"$package\" \"$here/installed\" || echo installed",
        );
        machine.program("sudo", "exec \"$@\"");
        machine.apt_get("");
        machine
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.0.join(name);
        let head = "#!/bin/bash\nhere=$(dirname \"$0\")\n";
        fs::write(&path, format!("{head}{script}\n")).expect("it is writable");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// An apt-get that writes its arguments to a log, one call in each line, and then runs `script`.
    fn apt_get(&self, script: &str) {
        self.program(
            "apt-get",
            &format!("echo \"$*\" >>\"$here/asked\"\n{script}"),
        );
    }

    fn asked(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.0.join("asked")).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }

    fn run(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let path = std::env::var("PATH").expect("there is a PATH");
        Command::new(repository().join(program))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.0.display()))
            .env_remove("PYTHON")
            .envs(variables.iter().copied())
            .output()
            .expect("it is part of the repository")
    }

    /// The packages that `scripts/setup` installs, in the order of apt-get's arguments.
    fn installs(&self, parts: &[&str]) -> Vec<String> {
        let ended = self.run("scripts/setup", parts, &[]);
        assert!(ended.status.success(), "{ended:?}");
        let asked = self.asked();
        assert_eq!(asked.len(), 2, "update and install: {asked:?}");
        let (_, packages) = asked[1].split_once(" install ").expect("it installs");
        assert!(text(&ended).contains(&format!("setup: installing {packages}\n")));
        packages.split(' ').map(str::to_owned).collect()
    }
}

fn text(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(all).expect("text")
}

#[test]
fn each_missing_package_is_installed_once_also_where_several_parts_need_it() {
    let machine = Machine::new("once", &["gcc"]);
    let packages = machine.installs(&["build", "demo", "test", "bench"]);
    let once: BTreeSet<_> = packages.iter().collect();
    assert_eq!(packages.len(), once.len(), "{packages:?}");
    assert!(packages.iter().any(|package| package == "ffmpeg"));
    assert!(packages.iter().all(|package| package != "gcc"));
}

#[test]
fn what_benchmarks_need_is_installed_for_them_alone() {
    let of_tests = Machine::new("tests", &[]).installs(&[]);
    let of_benchmarks = Machine::new("benchmarks", &[]).installs(&["bench"]);
    for package in ["swig", "python3-dev", "libsoxr-dev", "libsamplerate0-dev"] {
        assert!(of_benchmarks.iter().any(|one| one == package), "{package}");
        assert!(of_tests.iter().all(|one| one != package), "{package}");
    }
}

#[test]
fn python_packages_of_the_system_are_not_installed() {
    let packages = Machine::new("python", &[]).installs(&[]);
    let of_python = packages.iter().filter(|one| one.starts_with("python3"));
    assert_eq!(of_python.collect::<Vec<_>>(), ["python3", "python3-venv"]);
}

/// apt-get's message if another process holds the lock of the package lists; it does not wait for it.
const LOCKED: &str =
    "echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1' >&2
                      exit 100";

#[test]
fn setup_waits_while_another_package_manager_holds_a_lock() {
    let machine = Machine::new("locked", &[]);
    let twice = format!("[ $(wc -l <\"$here/asked\") -gt 2 ] || {{ {LOCKED}; }}");
    machine.apt_get(&twice);
    let ended = machine.run("scripts/setup", &["build"], &[]);
    assert!(ended.status.success(), "{ended:?}");
    let asked = machine.asked();
    assert_eq!(asked.len(), 4, "three updates and an install: {asked:?}");
    for call in asked {
        assert!(call.contains("DPkg::Lock::Timeout=600"), "{call}");
    }
}

#[test]
fn setup_does_not_wait_for_ever_nor_over_other_failures() {
    let other = "echo 'E: Unable to fetch some archives' >&2; exit 100";
    for (test, script, patience) in [("patience", LOCKED, "0"), ("failure", other, "600")] {
        let machine = Machine::new(test, &[]);
        machine.apt_get(script);
        let patience = [("APT_LOCK_TIMEOUT", patience)];
        let ended = machine.run("scripts/setup", &["build"], &patience);
        assert!(!ended.status.success());
        assert!(text(&ended).contains("setup: failed: apt-get update"));
        assert_eq!(machine.asked().len(), 1);
    }
}

/// Prints the interpreter that is chosen for virtual environments.
fn found(machine: &Machine, variables: &[(&str, &str)]) -> Output {
    let script = ". \"$0/scripts/environment.sh\"; find_python";
    machine.program("find", &format!("exec bash -c '{script}' \"$1\""));
    let repository = repository().to_str().expect("a plain path");
    let find = machine.0.join("find");
    machine.run(
        find.to_str().expect("a plain path"),
        &[repository],
        variables,
    )
}

#[test]
fn a_python_that_cannot_make_environments_is_passed_over() {
    let machine = Machine::new("unfit", &[]);
    for answer in [
        "echo 'no version is set' >&2; exit 127",
        "echo 'is Python 3.8'; exit 1",
    ] {
        machine.program("python3", answer);
        let ended = found(&machine, &[]);
        assert_eq!(text(&ended), "/usr/bin/python3\n");
    }
}

#[test]
fn a_python_that_was_named_is_taken_or_refused_with_the_reason() {
    let machine = Machine::new("named", &[]);
    machine.program("old", "echo is Python 3.8; exit 1");
    let old = machine.0.join("old");
    let old = old.to_str().expect("a plain path");
    let ended = found(&machine, &[("PYTHON", old)]);
    assert!(!ended.status.success());
    let said = text(&ended);
    assert!(said.contains(&format!("{old}: is Python 3.8")), "{said}");
    assert!(said.contains("apt-get install python3-venv"), "{said}");
}

#[test]
fn what_the_shell_says_of_other_environments_does_not_matter() {
    let machine = Machine::new("variables", &[]);
    // Variables of another Python, and a module that fails if it is imported instead of the real one.
    fs::write(machine.0.join("numpy.py"), "raise SystemExit('not this')").expect("it is writable");
    let folder = machine.0.to_str().expect("a plain path");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..");
    let variables = [
        ("PYTHONPATH", folder),
        ("PYTHONHOME", folder),
        ("VIRTUAL_ENV", folder),
        ("CONDA_PREFIX", folder),
        ("PIP_USER", "1"),
        ("CARGO_TARGET_DIR", target.to_str().expect("a plain path")),
    ];
    let program = ["-c", "import numpy; print(numpy.__file__)"];
    let ended = machine.run("scripts/python", &program, &variables);
    assert!(ended.status.success(), "{ended:?}");
    let said = text(&ended);
    assert!(said.contains("/python/environment/lib/"), "{said}");
}
