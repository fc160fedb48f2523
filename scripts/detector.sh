# shellcheck shell=bash
# What the scripts that run detectors share; they source it. Sets `log`, a file for output.

log=$(mktemp)
trap 'rm -f "$log"' EXIT

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# is_clean NAME COMMAND...: without a seeded bug, the command succeeds.
is_clean() {
    local name=$1
    shift
    "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        fail "$name: failed: $*"
    }
    echo "$name: clean"
}

# finds NAME BUG PATTERN COMMAND...: with a bug of src/seeded.rs, the command fails and says PATTERN.
finds() {
    local name=$1 bug=$2 pattern=$3
    shift 3
    # In a shell of its own, so that a death by a signal is reported into the log.
    if (
        AMIO_SEED=$bug "$@"
        exit
    ) >"$log" 2>&1; then
        fail "$name: does not find the seeded bug '$bug'"
    fi
    grep -q -e "$pattern" "$log" || {
        cat "$log" >&2
        fail "$name: failed otherwise with the seeded bug '$bug': no '$pattern'"
    }
    echo "$name: finds the seeded bug '$bug'"
}

# test_program NAME OPTIONS...: builds an integration test with these options of cargo; prints its path.
test_program() {
    cargo test --test "$@" --no-run >"$log" 2>&1 || {
        cat "$log" >&2
        fail "the tests do not build"
    }
    sed -n 's/^ *Executable .*(\(.*\))$/\1/p' "$log"
}
