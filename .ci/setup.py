"""Make the virtual environment that everything runs in: ``python3 .ci/setup.py``.

Does nothing when ``.venv`` is what the lock file says. Two runs at once do no harm: the second
waits. Runs on any Python 3, so that an old one gets a sentence instead of a traceback.
"""

import fcntl
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "made-from")


def main():
    if sys.version_info < (3, 11):
        return (
            "this is Python %d.%d; use 3.11 or newer: make PYTHON=python3.12 ..."
            % (sys.version_info[:2])
        )
    with open(LOCK, "rb") as file:
        wanted = hashlib.sha256(file.read() + VENV.encode()).hexdigest()
    if made_from() == wanted:
        return None
    try:
        guard = open(os.path.join(ROOT, ".venv-lock"), "w")
    except OSError as error:
        return "cannot write to %s: %s; work in a copy that is yours" % (ROOT, error.strerror)
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if made_from() == wanted:  # the run that we waited for has made it
            return None
        print("setting up .venv (once, about a minute) ...", file=sys.stderr, flush=True)
        problem = make()
        if problem is None:
            with open(STAMP, "w") as file:
                file.write(wanted)
        return problem


def made_from():
    """Tell from which lock file the environment was made, if it is whole."""
    try:
        with open(STAMP) as file:
            return file.read() if os.path.exists(os.path.join(VENV, "bin", "python")) else None
    except OSError:
        return None


def make():
    """Make the environment; give what went wrong, if anything did."""
    made = run(sys.executable, "-m", "venv", "--clear", VENV)
    if made:
        return "cannot make .venv (on Debian and Ubuntu: apt install python3-venv): " + made
    pip = os.path.join(VENV, "bin", "python"), "-m", "pip", "--disable-pip-version-check"
    failed = run(*pip, "install", "--quiet", "--require-hashes", "-r", LOCK)
    return "cannot install the packages of requirements.lock: " + failed if failed else None


def run(*command):
    """Run a command; give its last line if it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.strip().splitlines() or ["exit status %d" % done.returncode]
    return lines[-1] if done.returncode else None


if __name__ == "__main__":
    try:
        problem = main()
    except KeyboardInterrupt:
        problem = "interrupted; run it again"
    sys.exit("setup: " + problem if problem else 0)
