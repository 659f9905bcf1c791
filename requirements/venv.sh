#!/bin/sh
# Makes the virtual environment .venv with a Python that is new enough, or says what to install.
# Usage: requirements/venv.sh FOLDER [PYTHON]
set -eu
folder=$1
chosen=${2:-}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -n "$chosen" ]; then
    if ! command -v "$chosen" >/dev/null 2>&1; then
        echo "There is no “$chosen” to run. Give the path of a Python: make PYTHON=/usr/bin/python3.11 …" >&2
        exit 1
    fi
    if ! new_enough "$chosen"; then
        echo "Keepwell needs Python 3.11 or newer; $chosen is $("$chosen" --version 2>&1)." >&2
        echo "Choose another: make PYTHON=/path/to/python3.11 …" >&2
        exit 1
    fi
    python=$chosen
else
    python=
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Keepwell needs Python 3.11 or newer, and none was found." >&2
        if command -v python3 >/dev/null 2>&1; then
            echo "Seen: python3 is $(python3 --version 2>&1)." >&2
        fi
        echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3.11 …" >&2
        exit 1
    fi
fi

if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "This Python ($python, $minor) cannot make virtual environments: its ensurepip is missing." >&2
    echo "Debian and Ubuntu keep it apart. Install it: apt-get install python$minor-venv" >&2
    echo "Or name another Python: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi

# A half-made environment (an install broken off) is made whole; one that works is kept.
if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi
if ! "$folder/bin/python" -c 'import pip' >/dev/null 2>&1; then
    "$folder/bin/python" -m ensurepip --upgrade >/dev/null
fi
