//! Completions and man pages.

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
    let help = folder.help_of(subcommand);
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

/// Lets bash or fish complete the last word of a command line; returns what it offers.
fn offered(folder: &Folder, shell: &str, line: &str) -> Vec<String> {
    folder.write("script", &folder.succeed(&["completions", shell]).stdout);
    let (name, quiet, asked) = match shell {
        // What bash does before and after it calls the function. bash itself completes files.
        "bash" => (
            "bash",
            "--norc",
            format!(
                "source ./script; COMP_WORDS=({line}); [[ '{line}' == *' ' ]] && COMP_WORDS+=(''); \
                 COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); compopt() {{ :; }}; \
                 _amio_words amio \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
                 [[ $(complete -p amio) == *'-F _amio_words'* ]] || exit 3; \
                 printf '%s\n' \"${{COMPREPLY[@]}}\""
            ),
        ),
        _ => (
            "fish",
            "--no-config",
            format!("source ./script; complete -C '{line}'"),
        ),
    };
    let ran = run(folder, name, &[quiet, "-c", &asked]);
    assert_eq!(ran.code, Some(0), "{shell}: {}", ran.stderr);
    let words = ran.stdout.lines().filter(|line| !line.is_empty());
    // fish appends a tab and a description to each word.
    words
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn shells_complete_every_subcommand_and_option() {
    let folder = Folder::new("completions");
    for shell in ["bash", "fish"] {
        for subcommand in SUBCOMMANDS {
            let (before, name) = subcommand.rsplit_once(' ').unwrap_or(("", subcommand));
            let words = offered(&folder, shell, &format!("amio {before} "));
            assert!(words.contains(&name.to_owned()), "{shell}: {words:?}");
            let words = offered(&folder, shell, &format!("amio {subcommand} --"));
            for option in options(&folder, subcommand) {
                assert!(
                    words.contains(&option),
                    "{shell}, {subcommand}, {option}: {words:?}"
                );
            }
        }
    }
    assert_eq!(folder.run(&["completions", "csh"]).code, Some(2));
}

#[test]
fn shells_offer_values_files_or_nothing() {
    let folder = Folder::new("completion values");
    folder.write("a song.wav", "");
    for shell in ["bash", "fish"] {
        let offered = |line: &str| {
            let mut words = offered(&folder, shell, line);
            words.sort();
            words
        };
        assert_eq!(
            offered("amio record --driver "),
            ["alsa", "jack", "null"],
            "{shell}"
        );
        assert_eq!(
            offered("amio completions "),
            ["bash", "fish", "zsh"],
            "{shell}"
        );
        assert_eq!(
            offered("amio render x.toml --samples i"),
            ["i16", "i24"],
            "{shell}"
        );
        assert_eq!(
            offered("amio render x.toml -o a"),
            ["a song.wav"],
            "{shell}"
        );
        for line in [
            "amio record --duration ",
            "amio play --server ",
            "amio plot --width ",
        ] {
            assert_eq!(offered(line), [""; 0], "{shell}: {line}");
        }
    }
    // If the function offers nothing, bash offers files.
    assert_eq!(offered(&folder, "bash", "amio info "), [""; 0]);
    assert_eq!(offered(&folder, "fish", "amio info a"), ["a song.wav"]);
    assert_eq!(offered(&folder, "fish", "amio devices "), [""; 0]);
    // bash counts "=" as a word.
    assert_eq!(
        offered(&folder, "bash", "amio record --driver = n"),
        ["null"]
    );
}

/// zsh completes only on a terminal, so it runs on one, and the test waits for what zsh prints there.
#[test]
fn zsh_completes_on_a_terminal() {
    let folder = Folder::new("zsh");
    folder.write("_amio", &folder.succeed(&["completions", "zsh"]).stdout);
    folder.write("a song.wav", "");
    let program = "\
        zmodload zsh/zpty\n\
        zpty shell 'TERM=dumb PS1= zsh --no-rcs -i'\n\
        zpty -w shell 'fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo is$((1))ready'\n\
        zpty -r shell text '*is1ready*'\n\
        zpty -w -n shell \"$1\"$'\\t\\t'\n\
        zpty -r shell text \"*$2*\"\n";
    for (line, expected) in [
        ("amio rec", "ord"),
        ("amio re", "record*render"),
        ("amio record --dri", "ver"),
        ("amio record --driver ", "jack*null"),
        ("amio render x.toml --samples=i", "i16*i24"),
        ("amio completions ", "bash*fish*zsh"),
        ("amio info a", "\\ song.wav"),
        ("amio render x.toml -o a", "\\ song.wav"),
    ] {
        let ran = run(
            &folder,
            "timeout",
            &[
                "30", "zsh", "--no-rcs", "-c", program, "zsh", line, expected,
            ],
        );
        assert_eq!(ran.code, Some(0), "{line}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn there_is_a_page_for_every_subcommand_with_all_its_options() {
    let folder = Folder::new("pages");
    folder.succeed(&["man", "."]);
    let mut expected: Vec<String> = SUBCOMMANDS
        .iter()
        .map(|name| format!("amio-{}.1", name.replace(' ', "-")))
        .collect();
    expected.push("amio.1".into());
    expected.sort();
    assert_eq!(folder.names(), expected);
    for name in &expected {
        // Formats the page as plain text, with all warnings.
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
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"] {
            assert!(
                page.lines().any(|line| line == heading),
                "{name}: {heading}: {page}"
            );
        }
        if subcommand.is_empty() {
            for subcommand in SUBCOMMANDS.iter().filter(|name| !name.contains(' ')) {
                assert!(page.contains(&format!("amio-{subcommand}(1)")), "{page}");
            }
            continue;
        }
        let subcommand = &subcommand.replace('-', " ");
        for option in options(&folder, subcommand) {
            assert!(page.contains(&option), "{name}: {option}: {page}");
        }
        // Usage and examples are the same as in the help.
        let help = folder.help_of(subcommand);
        let usage = help.lines().find_map(|line| line.strip_prefix("Usage: "));
        let usage = usage.expect("each has one");
        assert!(page.contains(usage), "{name}: {usage}: {page}");
        for example in help.lines().filter(|line| line.starts_with("  amio ")) {
            assert!(page.contains(example.trim()), "{name}: {example}: {page}");
        }
    }
    // The command replaces its own pages, but no other files.
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
