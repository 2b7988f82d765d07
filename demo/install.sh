#!/bin/sh
# Makes the virtual environment and installs the project in it, pinned.
# Usage: demo/install.sh VENV EXTRAS [PYTHON]. Run again after an interruption, it goes on from where it was.
set -eu
venv=$1 extras=$2 python=${3:-}

fits() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! fits "$venv/bin/python"; then
    if [ -z "$python" ]; then
        for candidate in python3.12 python3.11 python3.13 python3.14 python3 python; do
            if fits "$candidate"; then python=$candidate; break; fi
        done
    elif ! fits "$python"; then
        echo "$python is not Python 3.11 or later with its venv module: name another with make PYTHON=/path/to/python3." >&2
        exit 1
    fi
    if [ -z "$python" ]; then
        found=$(python3 --version 2>/dev/null || echo "none")
        echo "Python 3.11 or later with its venv module is needed (found: $found):" \
            "install it (Debian: python3 and python3-venv) or name it with make PYTHON=/path/to/python3." >&2
        exit 1
    fi
    echo "Making $venv with $($python --version) …"
    "$python" -m venv --clear "$venv"
fi

echo "Installing the libraries, once (about a minute) …"
failed="$venv/.install-failed"
rm -f "$failed"
{
    "$venv/bin/python" -m pip install --disable-pip-version-check \
        --constraint constraints.txt --editable ".[$extras]" 2>&1 || touch "$failed"
} | while IFS= read -r line; do
    case $line in
        Collecting*) line=${line#Collecting }; echo "  ${line%% *}" ;;
        Installing\ collected*) echo "  Putting them in place …" ;;
        ERROR*) echo "$line" >&2 ;;
    esac
done
if [ -e "$failed" ]; then
    rm -f "$failed"
    echo "The libraries could not be installed: check the network, then run the same command again." >&2
    exit 1
fi
"$venv/bin/python" -m demo.redis_binary
for extra in $(echo "$extras" | tr ',' ' '); do touch "$venv/.$extra-installed"; done
