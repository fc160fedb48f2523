# shellcheck shell=bash
# Makes virtual environments of Python, with any Python that the machine has; scripts source it.

# These variables are about the user's own environments.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONNOUSERSITE=1

# find_python: prints an interpreter that can make environments: $PYTHON if it is set, otherwise the first
# python3 on PATH, otherwise the system's.
find_python() {
    local candidate said refused=()
    for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
        if said=$("$candidate" -c '
import sys
if sys.version_info < (3, 10):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError as error:
    sys.exit(str(error))
print(sys.executable)' 2>&1); then
            echo "$said"
            return
        fi
        refused+=("  $candidate: ${said##*$'\n'}")
    done
    printf '%s\n' "no Python here can make environments; Python 3.10 or newer is needed, with venv and ensurepip" \
        "(on Debian and Ubuntu: apt-get install python3-venv; or name another one: PYTHON=...):" \
        "${refused[@]}" >&2
    return 1
}

# make_environment FOLDER [ARGUMENT...]: makes a new environment there, and runs `pip install ARGUMENT...`
# in it.
make_environment() {
    local folder=$1 python
    shift
    python=$(find_python) || return
    rm -rf "$folder"
    "$python" -m venv "$folder" || return
    [ $# = 0 ] || "$folder/bin/python" -m pip install --quiet "$@"
}
