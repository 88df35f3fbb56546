#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: everything that grading needs.
# AUTOGRADER_ROOT    where Gradescope's folder is, if it is not /autograder
# AUTOGRADER_PYTHON  a Python that has what grading needs, instead of a new .venv
set -euo pipefail
source="${AUTOGRADER_ROOT:-/autograder}/source"
cd "$source/engine"

usable() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python="${AUTOGRADER_PYTHON:-}"
if [ -z "$python" ]; then
    export DEBIAN_FRONTEND=noninteractive
    base=python3
    if ! usable "$base"; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends python3 python3-venv
    fi
    if ! usable "$base"; then # Ubuntu 22.04: its python3 is 3.10
        base=python3.11
        apt-get install -y -qq --no-install-recommends python3.11 python3.11-venv
    fi
    "$base" -m venv --clear .venv
    python=.venv/bin/python
    "$python" -m pip --disable-pip-version-check install --quiet --require-hashes \
        -r autograder/gradescope/requirements.lock
    if [ -e ../packages.txt ]; then # that the lab allows
        "$python" -m pip --disable-pip-version-check install --quiet -r ../packages.txt
    fi
fi
"$python" -m autograder.gradescope prepare
# Submissions run as another user; they could read nothing here even without a lock-down.
chmod -R go= "$source"
