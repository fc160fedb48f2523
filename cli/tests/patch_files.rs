//! Files of connections, and what `amio graph` makes of them.

use crate::common::Folder;
use crate::jack::{JACKD, run_beside, script_beside};
use crate::patchbay::{SERVERS, succeeded};

/// Files that do not say what is to be connected.
const MISTAKES: [&str; 6] = [
    "[]",
    "{}",
    "null",
    "[[], []]",
    r#"{"connections": null, "rules": null}"#,
    r#"{"connections": [["a:b", "c:d"]]}"#,
];

#[test]
fn a_file_without_connections_and_rules_ends_no_connections_and_is_not_replaced() {
    const SCRIPT: &str = r#"
        set -e
        "$0" connect system:capture_1 system:playback_1
        for text in "$@"; do
            printf '%s' "$text" >file.json
            for options in '' --keep --watch; do
                ! "$0" graph restore file.json $options
            done
            ! "$0" graph save file.json
            [ "$(cat file.json)" = "$text" ]
        done
        jack_lsp -c system:capture_1
        echo '{"connections": []}' >file.json
        "$0" graph restore file.json
        jack_lsp -c system:capture_1
    "#;
    let folder = Folder::new("patch_files_empty");
    let ran = succeeded(script_beside(JACKD, &folder, SCRIPT, &MISTAKES));
    let listed = "system:capture_1\n   system:playback_1\nsystem:capture_1\n";
    assert_eq!(ran.stdout, listed, "{ran:?}");
    for said in [
        "amio: file.json: has neither `connections` nor `rules`\n",
        "amio: file.json: exists and is no file of connections; --force replaces it\n",
        "0 connections made, 1 ended\n",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn a_file_with_rules_is_replaced_only_with_force() {
    const RULES: &str = r#"{"rules": [{"source": "a:(.)", "destination": "b:\\1"}]}"#;
    let folder = Folder::new("patch_files_rules");
    folder.write("rules.json", RULES);
    let ran = run_beside(JACKD, &folder, &["graph", "save", "rules.json"]);
    let said = "amio: rules.json: has rules, which are not saved; --force replaces them, too\n";
    assert_eq!((ran.code, &ran.stderr[..said.len()]), (Some(1), said));
    let kept = std::fs::read_to_string(folder.0.join("rules.json")).expect("it is there");
    assert_eq!(kept, RULES);
    let args = ["graph", "save", "rules.json", "--force"];
    succeeded(run_beside(JACKD, &folder, &args));
    succeeded(run_beside(JACKD, &folder, &args[..3]));
    assert_eq!(folder.names(), ["rules.json"]);
}

#[test]
fn a_file_may_name_ports_by_their_aliases() {
    const SCRIPT: &str = r#"
        set -e
        # PipeWire has aliases of its own, and takes no other ones.
        if [ -n "${JACKD_PID:-}" ]; then
            jack_alias "$1" "$4"
            jack_alias "$2" "$5"
        fi
        listed() { jack_lsp -c "$source" | sed -n 2p; }
        source=$1
        echo '{"connections": [{"source": "'"$4"'", "destination": "'"$5"'"}]}' >file.json
        "$0" graph restore file.json; listed
        "$0" graph restore file.json; listed
        mkfifo said
        cat >file.json <<END
{"connections": [{"source": "$4", "destination": "$5"},
    {"source": "$1", "destination": "$3"}]}
END
        first_said() {
            "$0" graph restore file.json --watch 2>said & watcher=$!
            exec 3<said
            read -r line <&3
            echo "$line"
            kill -INT "$watcher"
            wait "$watcher"
        }
        first_said
        "$0" disconnect "$1" "$2"
        first_said
    "#;
    // Another input, and the aliases of the two ports.
    let more = [
        ["system:playback_1", "my:source", "my:destination"],
        [
            "system:playback_FL",
            "system:monitor_0",
            "system:playback_1",
        ],
    ];
    for ((server, source, destination), more) in SERVERS.into_iter().zip(more) {
        let folder = Folder::new(&format!("patch_files_alias_{}", server[0]));
        let ran = succeeded(script_beside(
            server,
            &folder,
            SCRIPT,
            &[&[source, destination], &more[..]].concat(),
        ));
        let listed = format!("   {destination}\n");
        let connected = |other| format!("connected {source} -> {other}\n");
        assert_eq!(
            ran.stdout,
            format!(
                "{listed}{listed}{}{}",
                connected(more[0]),
                connected(destination)
            ),
            "{ran:?}"
        );
        assert!(
            ran.stderr
                .contains("1 connection made, 0 ended\n0 connections made, 0 ended\n"),
            "{ran:?}"
        );
    }
}
