#!/usr/bin/env bash
# usage: with-jackdrc.sh COMMAND...
#
# Runs COMMAND without a JACK server, but so that libjack can start one: HOME is a new folder, whose
# .jackdrc names a jackd with the dummy driver, 48,000 Hz and periods of 256 frames. When COMMAND ends,
# the server is ended too, and the script exits with COMMAND's status.
#
# Environment, optional:
#   T           seconds after which COMMAND is ended; default 60
#   JACK_NO_START_SERVER   passed on to COMMAND: forbids libjack to start a server
# COMMAND sees JACK_DEFAULT_SERVER; $HOME/started has the process id of the server that was started last.
set -uo pipefail

command -v jackd >/dev/null && command -v jack_lsp >/dev/null || {
    echo "with-jackdrc.sh: jackd or jack_lsp is missing; run scripts/setup test" >&2
    exit 97
}

# An empty /dev/shm, as in with-jackd.sh, and a process namespace. The server is no child of this script,
# but it ends with the namespace, which ends with this script.
if [ -z "${WITH_JACKDRC_NAMESPACE:-}" ]; then
    if [ "$(id -u)" = 0 ]; then namespace=-m; else namespace=-Urm; fi
    exec env WITH_JACKDRC_NAMESPACE=1 \
        unshare "$namespace" --pid --fork --kill-child "$0" "$@"
fi
mount -t tmpfs -o size=512m tmpfs /dev/shm || exit 99

HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
export HOME JACK_DEFAULT_SERVER=amio$RANDOM JACK_NO_AUDIO_RESERVATION=1

# libjack runs the words of the file, without a shell, and adds the server's name.
cat >"$HOME/start" <<'END'
#!/bin/sh
echo $$ >"$HOME/started"
exec jackd "$@" >>"$HOME/log" 2>&1
END
chmod +x "$HOME/start"
echo "$HOME/start -R -P70 -d dummy -r 48000 -p 256" >"$HOME/.jackdrc"

timeout -k 5 "${T:-60}" "$@"
status=$?
[ $status = 0 ] || cat "$HOME/log" >&2
exit $status
