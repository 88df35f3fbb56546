"""A JupyterHub on this machine, set up as the instructors' guide says, and gone afterwards."""

import contextlib
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.lab.courses import ROOT
from tests.services import need

SETUP = ROOT / "docs/instructors/jupyterhub"
SECONDS = 120
#: A new environment needs them, and Debian has them in a package of their own.
PYTHON_CHECK = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def ordinary_python():
    """Return a Python that every user of this machine can run; skip or fail if there is none."""
    nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    for name in ("/usr/bin/python3", "/usr/local/bin/python3"):
        with contextlib.suppress(OSError):
            done = subprocess.run([name, "-c", PYTHON_CHECK], capture_output=True, **nobody)
            if done.returncode == 0:
                return name
    return need("a Python 3.11 with venv that every user can run (python3-venv)")


def free_ports(number):
    """Return ports of this machine that are free now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Hub:
    """A hub with users of the system, who and whose processes and files go with it.

    Attributes
    ----------
    base
        A folder with everything in it: the hub, and the homes of its users.
    address
        Of the hub, for a browser.
    passwords
        User -> password.
    """

    def __init__(self, students, graders):
        tag = secrets.token_hex(3)
        self.base = Path(tempfile.mkdtemp(prefix=f"lab1-hub-{tag}-"))
        self.base.chmod(0o755)
        self.hub, self.homes = self.base / "hub", self.base / "homes"
        self.account = f"lab1-hub-{tag}"
        self.groups = {f"{self.account}-s": students, f"{self.account}-g": graders}
        self.passwords = {
            f"{self.account}-{name}": secrets.token_hex(8) for name in (*students, *graders)
        }
        self.ports = free_ports(4)
        self.address = f"http://{self.account}.localhost:{self.ports[0]}"
        self.process = None

    def user(self, name):
        """Return the user's name in the system."""
        return f"{self.account}-{name}"

    def install(self):
        """Set it up with the scripts of the guide."""
        # With uv of this environment, which takes a tenth of pip's time.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"HUB": str(self.hub), "ACCOUNT": self.account, "PATH": path}
        environment |= {"PYTHON": ordinary_python(), "HOMES": str(self.homes)}
        self.homes.mkdir()
        run("sh", SETUP / "install.sh", env=environment)
        for group, names in self.groups.items():
            text = "".join(f"{self.user(name)}\n" for name in names)
            run("sh", SETUP / "users.sh", group, env=environment, input=text)
        run("chpasswd", input="".join(f"{u}:{p}\n" for u, p in self.passwords.items()))
        self.settings()

    def settings(self):
        """Write what differs from the guide's settings: names, addresses and ports."""
        students, graders = self.groups
        text = (self.hub / "hub/hub.toml").read_text()
        names = ("public", "hub", "proxy", "formgrader")
        ours = dict(zip(names, self.ports, strict=True))
        ours |= {"address": self.address, "students": students, "graders": graders}
        for name, value in ours.items():
            written = value if isinstance(value, int) else f'"{value}"'
            text, found = re.subn(rf"(?m)^{name} = [^ \n]+", f"{name} = {written}", text)
            assert found == 1, name
        (self.hub / "hub/hub.toml").write_text(text)

    def start(self):
        """Start it as its unit for systemd does, and wait until hub and formgrader answer."""
        unit = dict(
            line.split("=", 1)
            for line in (self.hub / "hub/lab1-hub.service").read_text().splitlines()
            if "=" in line
        )
        environment = dict(word.split("=", 1) for word in shlex.split(unit["Environment"]))
        self.log = self.base / "log"
        self.process = subprocess.Popen(
            shlex.split(unit["ExecStart"]),
            cwd=unit["WorkingDirectory"],
            env={"LANG": "C.UTF-8"} | environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        public, *_, formgrader = self.ports
        self._wait(f"http://127.0.0.1:{public}/hub/api")
        self._wait(f"http://127.0.0.1:{formgrader}/services/formgrader/api")

    def _wait(self, address):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
                return
            time.sleep(0.3)
        pytest.fail(f"{address} does not answer:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")

    def as_user(self, user, *command, **more):
        """Run a command as a user of the system, as in a terminal of theirs; give what happened."""
        home = self.hub / "grader" if user == self.account else self.homes / user
        environment = {"HOME": str(home), "PATH": f"{self.hub}/env/bin:{os.environ['PATH']}"}
        return subprocess.run(
            ["runuser", "-u", user, "--", *map(str, command)],
            env=environment,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            **more,
        )

    def remove(self):
        """End its processes, and remove users, groups and files; go on whatever fails."""
        ours = {*self.passwords, self.account}
        for _ in range(5):
            for pid in self._processes(ours):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
        if self.process:
            self.process.wait()
        for command, names in (("userdel", ours), ("groupdel", self.groups)):
            for name in names:
                subprocess.run([command, name], capture_output=True)
        shutil.rmtree(self.base, ignore_errors=True)

    def _processes(self, users):
        """Yield what these users run, and what root runs of this hub: its folder is unique."""
        numbers = set()
        for user in users:
            with contextlib.suppress(KeyError):
                numbers.add(pwd.getpwnam(user).pw_uid)
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                here = os.fsencode(self.base) in (path / "cmdline").read_bytes()
                if path.stat().st_uid in numbers or here:
                    yield int(path.name)


def run(*command, **more):
    """Run a command as root; on failure the test fails with what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, **more)
    said = f"{done.stdout[-1500:]}{done.stderr[-3000:]}"
    assert done.returncode == 0, f"{shlex.join(words)} failed:\n{said}"
