//! `amio watch` and `amio midi monitor`: names of ports, and the end of their reader.

use crate::common::Folder;
use crate::jack::{JACKD, script_beside};
use crate::patchbay::{SERVERS, succeeded};

#[test]
fn they_end_with_their_reader_although_nothing_more_happens() {
    const SCRIPT: &str = r#"
        timeout 20 "$0" watch | head -n 1 >/dev/null
        echo "${PIPESTATUS[0]}"
        timeout 20 "$0" watch --json | head -n 1 >/dev/null
        echo "${PIPESTATUS[0]}"
        timeout 20 "$0" midi monitor | true
        echo "${PIPESTATUS[0]}"
    "#;
    for (server, ..) in SERVERS {
        let folder = Folder::new(&format!("watching_reader_{}", server[0]));
        let ran = succeeded(script_beside(server, &folder, SCRIPT, &[]));
        assert_eq!(ran.stdout, "0\n0\n0\n", "{ran:?}");
    }
}

#[test]
fn an_event_has_the_name_of_its_port_also_if_another_one_has_its_number_by_now() {
    // The program waits in front of a full pipe, while all of this happens. jackd gives a number anew at once.
    const SCRIPT: &str = r#"
        set -e
        trap 'kill $(jobs -p)' EXIT
        listed() { "$0" ports --names | grep -qx "$1"; }
        sequencer() { jack_midiseq "$1" 4800 0 60 2400 >/dev/null 2>&1 & sequencer=$!; }
        "$0" midi monitor >/dev/null 2>&1 &
        until listed amio-midi:in; do sleep 0.02; done
        sequencer first
        until listed first:out; do sleep 0.02; done
        mkfifo lines
        exec 3<>lines
        "$0" watch >lines 2>/dev/null &
        read -r line <&3
        dd if=/dev/zero of=/dev/fd/3 oflag=nonblock bs=1 count=1000000 2>/dev/null || true
        "$0" connect first:out amio-midi:in
        kill "$sequencer"
        until ! listed first:out; do sleep 0.02; done
        sequencer second
        until listed second:out; do sleep 0.02; done
        "$0" connect second:out amio-midi:in
        until [[ $line == "connected: second"* ]]; do
            read -r line <&3
            line=${line//[^[:print:]]/}
            [[ $line == *:out* ]] && echo "$line"
        done
    "#;
    let folder = Folder::new("watching_names");
    let ran = succeeded(script_beside(JACKD, &folder, SCRIPT, &[]));
    let expected = "connected: first:out -> amio-midi:in\n\
        disconnected: first:out -> amio-midi:in\n\
        port removed: first:out\n\
        port added: second:out\n\
        connected: second:out -> amio-midi:in\n";
    assert_eq!(ran.stdout, expected, "{ran:?}");
}
