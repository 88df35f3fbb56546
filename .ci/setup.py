"""Make the virtual environment that everything runs in: ``python3 .ci/setup.py [FOLDER]``.

The environment is ``.venv``, or FOLDER beside it, with the Python that runs this script and the
packages of requirements.lock. Does nothing when it is already what the lock file asks for. Two
runs at once do no harm: the second waits. Runs on any Python 3, so that an old one gets a sentence
instead of a traceback.
"""

import fcntl
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.lock")


def main(name: str = ".venv") -> "str | None":
    """Make the environment unless it is there; return what went wrong, if anything did."""
    if sys.version_info < (3, 11):
        return (
            "this is Python %d.%d; use 3.11 or newer: make PYTHON=python3.12 ..."
            % (sys.version_info[:2])
        )
    venv = os.path.join(ROOT, name)
    with open(LOCK, "rb") as file:
        wanted = hashlib.sha256(file.read() + venv.encode()).hexdigest()
    if made_from(venv) == wanted:
        return see_checkout(venv)
    try:
        guard = open(os.path.join(ROOT, ".venv-lock"), "w")
    except OSError as error:
        return "cannot write to %s: %s; work in a copy that is yours" % (ROOT, error.strerror)
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if made_from(venv) == wanted:  # the run that we waited for has made it
            return see_checkout(venv)
        print("setting up %s (once, about a minute) ..." % name, file=sys.stderr, flush=True)
        problem = make(venv)
        if problem is None:
            with open(stamp(venv), "w") as file:
                file.write(wanted)
        return problem or see_checkout(venv)


def see_checkout(venv: str) -> "str | None":
    """Let the environment's Python find the engine from any folder; say what is wrong if not."""
    folder = os.path.join(venv, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
    path = os.path.join(folder, "checkout.pth")
    try:
        if os.path.isdir(folder) and not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(ROOT + "\n")
    except OSError as error:
        return "cannot write %s: %s" % (path, error.strerror)
    return None


def stamp(venv: str) -> str:
    """Return the path of the file that records what the environment was made from."""
    return os.path.join(venv, "made-from")


def made_from(venv: str) -> "str | None":
    """Return the digest of the lock file that an environment was made from, if it is whole."""
    try:
        with open(stamp(venv)) as file:
            return file.read() if os.path.exists(os.path.join(venv, "bin", "python")) else None
    except OSError:
        return None


def make(venv: str) -> "str | None":
    """Make the environment; return what went wrong, if anything did."""
    name = os.path.basename(venv)
    made = run(sys.executable, "-m", "venv", "--clear", venv)
    if made:
        return "cannot make %s (on Debian and Ubuntu: apt install python3-venv): %s" % (name, made)
    pip = os.path.join(venv, "bin", "python"), "-m", "pip", "--disable-pip-version-check"
    failed = run(*pip, "install", "--quiet", "--require-hashes", "-r", LOCK)
    return "cannot install the packages of requirements.lock: " + failed if failed else None


def run(*command: str) -> "str | None":
    """Run a command; return the last line of its output if it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.strip().splitlines() or ["exit status %d" % done.returncode]
    return lines[-1] if done.returncode else None


if __name__ == "__main__":
    try:
        problem = main(*sys.argv[1:2])
    except KeyboardInterrupt:
        problem = "interrupted; run it again"
    sys.exit("setup: " + problem if problem else 0)
