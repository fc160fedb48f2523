# shellcheck shell=bash
# How environments of Python are made, whatever Python the machine has; scripts source it.

# What these say is about the user's own environments.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONNOUSERSITE=1

# find_python: prints the interpreter to make environments with. That is $PYTHON where it is set, or
# else the first python3 or the system's, whichever can.
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

# make_environment FOLDER [ARGUMENT...]: a new environment there, with what `pip install ARGUMENT...`
# puts into it.
make_environment() {
    local folder=$1 python
    shift
    python=$(find_python) || return
    rm -rf "$folder"
    "$python" -m venv "$folder" || return
    [ $# = 0 ] || "$folder/bin/python" -m pip install --quiet "$@"
}
