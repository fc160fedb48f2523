#!/usr/bin/env bash
# usage: with-jackd.sh PERIOD COMMAND...
#
# Starts a JACK server for COMMAND, runs COMMAND, and exits with its status. The server has the dummy
# driver at 48,000 Hz, and a loopback client whose port loopback:capture_N repeats
# loopback:playback_N one period later.
#
# Environment, all optional:
#   JACKD_RT    options for scheduling; default "-R -P70"; "-r": no real-time scheduling
#   JACKD_OPTS  options before the driver; default "-L 2" (the loopback client)
#   T           seconds after which COMMAND is ended; default 60
# COMMAND sees JACK_DEFAULT_SERVER and JACKD_PID.
set -uo pipefail

command -v jackd >/dev/null && command -v jack_lsp >/dev/null || {
    echo "with-jackd.sh: jackd or jack_lsp is missing; run scripts/setup test" >&2
    exit 97
}

# jackd registers at most eight servers in /dev/shm, and one that is killed stays registered. So this
# server gets a mount namespace with an empty /dev/shm of its own.
if [ -z "${WITH_JACKD_NAMESPACE:-}" ]; then
    if [ "$(id -u)" = 0 ]; then namespace=-m; else namespace=-Urm; fi
    exec env WITH_JACKD_NAMESPACE=1 unshare "$namespace" "$0" "$@"
fi
mount -t tmpfs -o size=512m tmpfs /dev/shm || exit 99

period=$1
shift
export JACK_DEFAULT_SERVER=amio$$ JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
log=$(mktemp)

# Unquoted: each variable holds several options.
# shellcheck disable=SC2086
setpriv --pdeathsig KILL jackd ${JACKD_RT:--R -P70} -n "$JACK_DEFAULT_SERVER" \
    ${JACKD_OPTS:--L 2} -d dummy -r 48000 -p "$period" >"$log" 2>&1 &
export JACKD_PID=$!

end_server() {
    # Tests may have stopped or killed the server. A stopped process handles TERM only after CONT.
    kill -CONT "$JACKD_PID" 2>/dev/null && kill -TERM "$JACKD_PID" 2>/dev/null
    timeout 2 tail -s 0.05 --pid="$JACKD_PID" -f /dev/null || kill -KILL "$JACKD_PID" 2>/dev/null
    wait "$JACKD_PID" 2>/dev/null
    rm -f "$log"
}
trap end_server EXIT

answers() { timeout 1 jack_lsp >/dev/null 2>&1; }
for _ in $(seq 100); do
    answers && break
    kill -0 "$JACKD_PID" 2>/dev/null || break
    sleep 0.1 # jackd does not signal when it is ready
done
answers || {
    echo "with-jackd.sh: jackd did not start" >&2
    cat "$log" >&2
    exit 98
}

timeout -k 5 "${T:-60}" "$@"
status=$?
[ $status = 0 ] || cat "$log" >&2
exit $status
