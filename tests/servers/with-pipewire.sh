#!/usr/bin/env bash
# usage: with-pipewire.sh COMMAND...
#
# Starts PipeWire for COMMAND, with pipewire.conf of this folder and without session manager and D-Bus;
# runs COMMAND, and exits with its status. Programs that load libjack get PipeWire's.
#
# Environment, optional: T, the seconds after which COMMAND is ended; default 60.
# COMMAND sees PIPEWIRE_PID and an empty HOME.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
libjack=$(dpkg-query -L pipewire-jack | sed -n 's,/libjack\.so\.0$,,p')
[ -n "$libjack" ] || {
    echo "with-pipewire.sh: the package pipewire-jack is missing; run scripts/setup test" >&2
    exit 97
}

place=$(mktemp -d)
export HOME=$place XDG_RUNTIME_DIR=$place PIPEWIRE_RUNTIME_DIR=$place
export XDG_CONFIG_HOME=$place/config XDG_STATE_HOME=$place/state
export DBUS_SESSION_BUS_ADDRESS=disabled: PIPEWIRE_REMOTE=pipewire-0
unset JACK_DEFAULT_SERVER

pipewire -c "$here/pipewire.conf" >"$place/log" 2>&1 &
export PIPEWIRE_PID=$!

end_server() {
    kill -CONT "$PIPEWIRE_PID" 2>/dev/null && kill -TERM "$PIPEWIRE_PID" 2>/dev/null
    timeout 2 tail -s 0.05 --pid="$PIPEWIRE_PID" -f /dev/null || kill -KILL "$PIPEWIRE_PID" 2>/dev/null
    wait "$PIPEWIRE_PID" 2>/dev/null
    rm -rf "$place"
}
trap end_server EXIT

answers() { [ -S "$place/pipewire-0" ] && timeout 1 pw-cli info 0 </dev/null >/dev/null 2>&1; }
for _ in $(seq 100); do
    answers && break
    kill -0 "$PIPEWIRE_PID" 2>/dev/null || break
    sleep 0.1 # PipeWire announces its socket to systemd only
done
answers || {
    echo "with-pipewire.sh: pipewire did not start" >&2
    cat "$place/log" >&2
    exit 98
}

LD_LIBRARY_PATH=$libjack timeout -k 5 "${T:-60}" "$@"
status=$?
[ $status = 0 ] || cat "$place/log" >&2
exit $status
