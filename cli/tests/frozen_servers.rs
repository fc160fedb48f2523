//! Servers that do not answer: commands give up, and the first Ctrl-C ends those that wait.

use crate::common::Folder;
use crate::jack::script_beside;
use crate::patchbay::{SERVERS, succeeded};

/// `frozen`: sends `$1` to the process of the server.
const BEGIN: &str = r#"
    server() { kill "-$1" "${JACKD_PID:-$PIPEWIRE_PID}"; }
    trap 'server CONT' EXIT
    ended() { timeout 10 tail -s 0.02 --pid="$1" -f /dev/null || { kill -KILL "$1"; echo "$2 runs on"; }; }
"#;

#[test]
fn the_first_ctrl_c_ends_a_command_that_waits_for_a_frozen_server() {
    const SCRIPT: &str = r#"
        echo '{"connections": []}' >file.json
        server STOP
        for command in "watch" "midi monitor" "graph restore file.json --watch" "record a.wav" "play a.toml"; do
            "$0" $command >/dev/null 2>said & program=$!
            # It is the program, no longer a copy of the shell, and handles the signal: SIGINT is bit 2.
            until [[ $(</proc/$program/comm) == amio &&
                $(sed -n 's/^SigCgt:.*\(.\)$/\1/p' /proc/$program/status) == [2367abef] ]]; do sleep 0.01; done
            kill -INT "$program"
            SECONDS=0
            ended "$program" "$command"
            wait "$program"
            echo "$? $command"
            ((SECONDS < 4)) || echo "after $SECONDS s"
        done
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("frozen_interrupt_{}", server[0]));
        folder.write(
            "a.toml",
            "rate = 48000\n[clips]\nc = { tone_hz = 440, length = 24000 }\n\
             [[playspec.p]]\nclip = 'c'\nplay_at = 0\n",
        );
        let script = format!("{BEGIN}{SCRIPT}");
        let ran = succeeded(script_beside(server, &folder, &script, &[]));
        let expected = "130 watch\n130 midi monitor\n130 graph restore file.json --watch\n\
            130 record a.wav\n130 play a.toml\n";
        assert_eq!(ran.stdout, expected, "{ran:?}");
    }
}

#[test]
fn ctrl_c_ends_a_command_whose_server_has_frozen_since() {
    const SCRIPT: &str = r#"
        mkfifo lines
        "$0" watch >lines 2>/dev/null & program=$!
        exec 3<lines
        read -r line <&3
        server STOP
        kill -INT "$program"
        ended "$program" watch
        wait "$program"
        echo $?
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("frozen_close_{}", server[0]));
        let script = format!("{BEGIN}{SCRIPT}");
        let ran = succeeded(script_beside(server, &folder, &script, &[]));
        assert_eq!(ran.stdout, "0\n", "{ran:?}");
    }
}

#[test]
fn a_command_gives_a_frozen_server_up() {
    const SCRIPT: &str = r#"
        server STOP
        timeout 20 "$0" ports
        echo $?
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("frozen_ports_{}", server[0]));
        let script = format!("{BEGIN}{SCRIPT}");
        let ran = succeeded(script_beside(server, &folder, &script, &[]));
        let said = "amio: the JACK server has not answered within 5 s\n";
        assert_eq!((&*ran.stdout, &*ran.stderr), ("1\n", said));
    }
}
