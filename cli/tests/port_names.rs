//! Shells complete names of ports. Beside a server with ports whose names have characters that shells know.

use crate::common::Folder;
use crate::jack::{JACKD, script_beside};

/// Runs a script once the ports of `My Synth` and others are there. `amio` is the program in the path, and SERVER in an
/// argument stands for the name of the server.
fn run(folder: &Folder, shell: &str, script: &str, args: &[&str]) -> String {
    const BEGIN: &str = r#"
        set -e
        PATH=$(dirname "$0"):$PATH
        trap 'kill $(jobs -p)' EXIT
        for name in "My Synth" 'cost$HOME' 'inch"es' "quo'te" 'back\slash' 'ti`ck'; do
            jack_midiseq "$name" 4800 0 60 2400 >/dev/null 2>&1 &
            until amio ports --names | grep -qF "$name:"; do sleep 0.02; done
        done
        set -- "${@//SERVER/$JACK_DEFAULT_SERVER}"
    "#;
    folder.write("_amio", &folder.succeed(&["completions", shell]).stdout);
    let script = format!("{BEGIN}\n{script}\n");
    let ran = script_beside(JACKD, folder, &script, args);
    assert_eq!(ran.code, Some(0), "{shell} {args:?}: {ran:?}");
    ran.stdout
}

/// What is typed on a terminal, and what the shell makes of it: `amio` prints each word between `<` and `>`.
const TYPED: &[(&str, &str)] = &[
    (
        "amio connect sys\t1 loop\t2",
        "<connect><system:capture_1><loopback:playback_2>",
    ),
    (
        "amio disconnect system:capture_2 system:pl\t1",
        "<disconnect><system:capture_2><system:playback_1>",
    ),
    (
        "amio latency sys\t1 loop\t1",
        "<latency><system:playback_1><loopback:capture_1>",
    ),
    ("amio midi monitor My\t", "<midi><monitor><My Synth:out>"),
    (
        "amio midi monitor My\\ Synth:\t",
        "<midi><monitor><My Synth:out>",
    ),
    (
        "amio connect --server SERVER 'sys\t2'",
        "<connect><--server><SERVER><system:capture_2>",
    ),
    (
        "amio connect --server=SERVER sys\t2 loop\t1",
        "<connect><--server=SERVER><system:capture_2><loopback:playback_1>",
    ),
    // There is no such server.
    (
        "amio connect --server none sys\t2",
        "<connect><--server><none><sys2>",
    ),
    (
        "amio connect --server=none sys\t2",
        "<connect><--server=none><sys2>",
    ),
    ("amio midi monitor cost\t", "<midi><monitor><cost$HOME:out>"),
    (
        "amio midi monitor \"cost\t",
        "<midi><monitor><cost$HOME:out>",
    ),
    (
        "amio midi monitor 'cost\t",
        "<midi><monitor><cost$HOME:out>",
    ),
    ("amio midi monitor inch\t", "<midi><monitor><inch\"es:out>"),
    (
        "amio midi monitor \"inch\t",
        "<midi><monitor><inch\"es:out>",
    ),
    ("amio midi monitor quo\t", "<midi><monitor><quo'te:out>"),
    ("amio midi monitor 'quo\t", "<midi><monitor><quo'te:out>"),
    ("amio midi monitor \"quo\t", "<midi><monitor><quo'te:out>"),
    (
        "amio midi monitor back\t",
        "<midi><monitor><back\\slash:out>",
    ),
    (
        "amio midi monitor back\\\\slash:\t",
        "<midi><monitor><back\\slash:out>",
    ),
    (
        "amio midi monitor \"back\t",
        "<midi><monitor><back\\slash:out>",
    ),
    ("amio midi monitor \"ti\t", "<midi><monitor><ti`ck:out>"),
    (
        "amio midi monitor -- My\t",
        "<midi><monitor><--><My Synth:out>",
    ),
];

/// Types on a terminal of the shell, and waits for what is expected.
fn types(shell: &str, start: &str, prepare: &str) {
    const SCRIPT: &str = r#"
        export TERM=dumb PS1=
        timeout 55 zsh --no-rcs -c '
            zmodload zsh/zpty
            zpty shell $1
            zpty -w shell $2
            zpty -w shell "amio() { if [ \"\$1\" = ports ]; then command amio \"\$@\"; else printf \"<%s>\" \"\$@\"; echo; fi; }"
            zpty -w shell "echo is\$((1))ready"
            zpty -r shell text "*is1ready*"
            shift 2
            while (($#)); do
                zpty -w shell $1
                zpty -r shell text "*${(b)2}*" || { print -r "$1: $text"; exit 1; }
                shift 2
            done' zsh "$@"
    "#;
    let mut args = vec![start, prepare];
    args.extend(
        TYPED
            .iter()
            .flat_map(|(typed, expected)| [*typed, *expected]),
    );
    run(
        &Folder::new(&format!("port_names_{shell}")),
        shell,
        SCRIPT,
        &args,
    );
}

#[test]
fn bash_completes_names_of_ports_on_a_terminal() {
    types(
        "bash",
        "bash --norc -i",
        "bind 'set enable-bracketed-paste off'; source ./_amio",
    );
}

#[test]
fn zsh_completes_names_of_ports_on_a_terminal() {
    types(
        "zsh",
        "zsh --no-rcs -i",
        "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D",
    );
}

#[test]
fn fish_completes_names_of_ports() {
    const SCRIPT: &str = r#"fish --no-config -c "source ./_amio; complete -C '$1'" | cut -f 1"#;
    let folder = Folder::new("port_names_fish");
    for (line, expected) in [
        (
            "amio connect sys",
            &["system:capture_1", "system:capture_2"][..],
        ),
        (
            "amio connect --quiet a:b loop",
            &["loopback:playback_1", "loopback:playback_2"],
        ),
        ("amio midi monitor My", &["My Synth:out"]),
        ("amio midi monitor a:b My", &["My Synth:out"]),
        (
            "amio connect --server SERVER a:b loop",
            &["loopback:playback_1", "loopback:playback_2"],
        ),
        (
            "amio connect --server=SERVER sys",
            &["system:capture_1", "system:capture_2"],
        ),
        ("amio connect --server none sys", &[]),
        ("amio connect --server=none sys", &[]),
        ("amio transport locate ", &[]),
    ] {
        let offered = run(&folder, "fish", SCRIPT, &[line]);
        let words: Vec<&str> = offered.lines().collect();
        assert_eq!(words, expected, "{line}");
    }
}
