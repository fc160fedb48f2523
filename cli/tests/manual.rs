//! What shells and `man` know of the program.

use crate::common::{Folder, Ran};
use crate::usage::SUBCOMMANDS;
use std::process::{Command, Stdio};

fn run(folder: &Folder, program: &str, args: &[&str]) -> Ran {
    let output = Command::new(program)
        .args(args)
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/setup installs it"));
    Ran::from(output)
}

/// The long options that the help of a subcommand names.
fn options(folder: &Folder, subcommand: &str) -> Vec<String> {
    let help = folder.succeed(&[subcommand, "--help"]).stdout;
    let words = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'));
    let words = words.flat_map(|line| line.split([' ', ',']).collect::<Vec<_>>());
    let mut options: Vec<String> = words
        .filter(|w| w.starts_with("--"))
        .map(str::to_owned)
        .collect();
    options.sort();
    options.dedup();
    assert!(!options.is_empty(), "{subcommand}");
    options
}

/// Has a shell complete the last of these words, and returns what it offers.
fn completed(folder: &Folder, shell: &str, line: &str) -> String {
    folder.write("script", &folder.succeed(&["completions", shell]).stdout);
    let asked = match shell {
        "bash" => format!(
            "source ./script; COMP_WORDS=({line}); [[ '{line}' == *' ' ]] && COMP_WORDS+=(''); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _amio amio \"${{COMP_WORDS[COMP_CWORD]}}\" \
             \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\n' \"${{COMPREPLY[@]}}\""
        ),
        _ => format!("source ./script; complete -C '{line}'"),
    };
    let ran = match shell {
        "bash" => run(folder, "bash", &["--norc", "-c", &asked]),
        _ => run(folder, "fish", &["--no-config", "-c", &asked]),
    };
    assert_eq!(ran.code, Some(0), "{shell}: {}", ran.stderr);
    ran.stdout
}

#[test]
fn shells_complete_every_subcommand_and_option() {
    let folder = Folder::new("completions");
    for shell in ["bash", "fish"] {
        let offered = completed(&folder, shell, "amio ");
        for subcommand in SUBCOMMANDS {
            assert!(offered.contains(subcommand), "{shell}: {offered}");
            let offered = completed(&folder, shell, &format!("amio {subcommand} --"));
            for option in options(&folder, subcommand) {
                assert!(
                    offered.contains(&option),
                    "{shell}, {subcommand}, {option}: {offered}"
                );
            }
        }
        let values = completed(&folder, shell, "amio record --driver ");
        assert!(
            values.contains("null") && values.contains("jack"),
            "{shell}: {values}"
        );
    }
    // What zsh completes takes a terminal; here it reads the script, and loads the function.
    let script = folder.succeed(&["completions", "zsh"]).stdout;
    folder.write("_amio", &script);
    let load =
        "autoload -U compinit; fpath=(. $fpath); compinit -u -D; autoload +X _amio; whence _amio";
    let ran = run(&folder, "zsh", &["--no-rcs", "-c", load]);
    assert_eq!(
        (ran.code, ran.stdout.trim()),
        (Some(0), "_amio"),
        "{}",
        ran.stderr
    );
    for subcommand in SUBCOMMANDS {
        for option in options(&folder, subcommand) {
            assert!(script.contains(&option), "{subcommand}: {option}");
        }
    }
    assert_eq!(folder.run(&["completions", "csh"]).code, Some(2));
}

#[test]
fn there_is_a_page_for_every_subcommand_with_all_its_options() {
    let folder = Folder::new("pages");
    folder.succeed(&["man", "."]);
    let mut expected: Vec<String> = SUBCOMMANDS
        .iter()
        .map(|name| format!("amio-{name}.1"))
        .collect();
    expected.push("amio.1".into());
    expected.sort();
    assert_eq!(folder.names(), expected);
    for name in &expected {
        // As plain text, with every warning on.
        let ran = run(
            &folder,
            "groff",
            &["-man", "-Tascii", "-P-cbou", "-ww", "-rLL=1000n", name],
        );
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
        let page = ran.stdout;
        let subcommand = name
            .trim_end_matches(".1")
            .trim_start_matches("amio")
            .trim_start_matches('-');
        for heading in ["NAME", "SYNOPSIS", "OPTIONS"] {
            assert!(
                page.lines().any(|line| line == heading),
                "{name}: {heading}: {page}"
            );
        }
        if subcommand.is_empty() {
            for subcommand in SUBCOMMANDS {
                assert!(page.contains(&format!("amio-{subcommand}(1)")), "{page}");
            }
            assert!(page.contains("EXIT STATUS"), "{page}");
            continue;
        }
        for option in options(&folder, subcommand) {
            assert!(page.contains(&option), "{name}: {option}: {page}");
        }
        // Examples stand as they are in the help.
        let help = folder.succeed(&[subcommand, "--help"]).stdout;
        for example in help.lines().filter(|line| line.starts_with("  amio ")) {
            assert!(page.contains(example.trim()), "{name}: {example}: {page}");
        }
    }
    // Again, over its own pages; but not over what is none of them.
    folder.succeed(&["man", "."]);
    folder.write("amio-plot.1", "not to be lost");
    let ran = folder.run(&["man", "."]);
    assert_eq!(ran.code, Some(1));
    let said = "amio-plot.1: exists, and is no man page of amio";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let kept = std::fs::read_to_string(folder.0.join("amio-plot.1")).expect("it is there");
    assert_eq!(kept, "not to be lost");
    let ran = folder.run(&["man", "no/folder"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("no/folder/amio.1: No such file"),
        "{}",
        ran.stderr
    );
}
