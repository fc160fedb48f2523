# shellcheck shell=bash
# Shared by the scripts that run detectors, which source it. Sets `log`, a file for output; `target`, the
# target triple of this machine; and `out`, the folder in which each detector has a folder for its builds
# (in a common folder, each would replace libamio.so of the others).

target=$(rustc -vV | sed -n 's/^host: //p')
out=$(realpath -m "${CARGO_TARGET_DIR:-target}")
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

# finds NAME BUG PATTERN COMMAND...: with a bug of src/seeded.rs, the command fails and prints PATTERN.
finds() {
    local name=$1 bug=$2 pattern=$3
    shift 3
    # In a subshell, so that the message about a death by a signal goes into the log.
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
    # --workspace gives dependencies the same features as when all tests are built.
    cargo test --locked --workspace --test "$@" --no-run >"$log" 2>&1 || {
        cat "$log" >&2
        fail "the tests do not build"
    }
    sed -n 's/^ *Executable .*(\(.*\))$/\1/p' "$log"
}

# Prints the options with which cc uses the linker that comes with Rust, if there is one: for the static
# library it takes a sixth of the time.
linker() {
    local folder
    folder=$(rustc --print sysroot)/lib/rustlib/$target/bin/gcc-ld
    [ ! -x "$folder/ld.lld" ] || printf '%s\n' "-B$folder" -fuse-ld=lld
}

# Builds the fuzz targets and the library with the address sanitizer. The flags are those of cargo-fuzz;
# with RUSTC_BOOTSTRAP, a stable compiler accepts them.
build_for_fuzzing() {
    local flags=(
        -Cpasses=sancov-module
        -Cllvm-args=-sanitizer-coverage-level=4
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
        -Cllvm-args=-sanitizer-coverage-pc-table
        -Cllvm-args=-sanitizer-coverage-trace-compares
        -Zsanitizer=address -Cdebug-assertions --cfg fuzzing
    )
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" cargo build --quiet --locked --release \
        --manifest-path fuzz/Cargo.toml --target "$target" --target-dir "$out/fuzz"
}
