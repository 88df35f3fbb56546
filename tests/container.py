"""An image of a lab as `Containerfile` makes it, where no image can be pulled.

Its base is this system's own packages, unpacked and not set up, which takes seconds: all that the
image needs of it is Python.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.services import need

ROOT = Path(__file__).parents[1]
#: Python's image has these, too; the last one is NumPy's.
PACKAGES = "python3-venv,bash,coreutils,dash,libc-bin,libstdc++6"
#: What of the checkout the context of a build needs.
SOURCES = ("autograder", "datasets", "solution", "tests", "lab.toml", "Containerfile")


def checked(command, **how):
    """Run a command that must not fail; return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, **how)
    assert done.returncode == 0, f"{command}: {done.stderr[-3000:]}"
    return done.stdout


class Images:
    """Podman, with its images and containers in a folder of its own.

    Parameters
    ----------
    folder
        Where they are kept.
    """

    def __init__(self, folder):
        if os.geteuid() != 0:
            pytest.skip("the base of an image is unpacked by root")
        # crun does not run where both versions of cgroups are mounted; runc runs everywhere.
        podman, runtime = need("podman"), need("runc", "/usr/sbin/runc")
        # Podman takes no path of more than 50 characters for this one.
        self._running = tempfile.mkdtemp(prefix="podman-", dir="/tmp")
        storage = ["--root", folder / "root", "--runroot", self._running]
        self.folder, self.podman = folder, [podman, "--runtime", runtime, *storage]

    def base(self):
        """Make an image of this system's Python, and return its name."""
        suite, mirror = _distribution()
        bootstrap = [need("mmdebstrap"), "--quiet", "--variant=extract", f"--include={PACKAGES}"]
        checked([*bootstrap, suite, self.folder / "base.tar", mirror])
        checked([*self.podman, "import", "-q", self.folder / "base.tar", "localhost/base"])
        return "localhost/base"

    def build(self, name, context):
        """Build the image of the lab in a context, with packages that were downloaded before."""
        wheels = self.folder / "wheels"
        lock = context / "autograder/gradescope/requirements.lock"
        python = checked(
            ["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        )
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes"]
        pip += ["--only-binary=:all:", "--python-version", python.strip(), "-r", lock, "-d", wheels]
        checked(pip)
        settings = self.folder / "pip.conf"
        settings.write_text("[global]\nno-index = true\nfind-links = /wheels\n")
        mounts = ["-v", f"{wheels}:/wheels:ro", "-v", f"{settings}:/etc/pip.conf:ro"]
        build = [*self.podman, "build", "-q", "--isolation=chroot", "--network=host", *mounts]
        build += ["--layers=false", "--build-arg", f"BASE={self.base()}"]
        checked([*build, "-t", name, context])

    def command(self, name, *arguments, options=()):
        """Return the command that runs an image."""
        limits = []
        for option, limit in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
            # Podman asks for more than it may where root has no say over limits.
            number = min(value for value in (resource.getrlimit(limit)[1], 4096) if value > 0)
            limits += ["--ulimit", f"{option}={number}:{number}"]
        return [*self.podman, "run", "--rm", "--network=none", *limits, *options, name, *arguments]

    def run(self, name, *arguments, options=()):
        """Run an image; return what came of it."""
        command = self.command(name, *arguments, options=options)
        return subprocess.run(command, capture_output=True, text=True)

    def close(self):
        """Remove all images, and what is mounted for them."""
        subprocess.run([*self.podman, "rmi", "--all", "--force"], capture_output=True)
        subprocess.run(["umount", self.folder / "root/overlay"], capture_output=True)
        shutil.rmtree(self._running, ignore_errors=True)


def _distribution():
    """Return the name of this system's release, and where apt gets its packages."""
    release = Path("/etc/os-release").read_text()
    suite = re.search(r"^VERSION_CODENAME=(\w+)$", release, re.MULTILINE)
    if not suite or not shutil.which("apt-get"):
        pytest.skip("the base of an image is made of Debian's or Ubuntu's packages")
    form = "$(RELEASE) $(COMPONENT) $(SITE)"
    for line in checked(["apt-get", "indextargets", "--format", form]).splitlines():
        name, component, site = line.split(" ", 2)
        if (name, component) == (suite[1], "main"):
            return suite[1], site
    pytest.skip(f"apt gets no packages of {suite[1]}")


def context(folder, secret):
    """Copy the checkout as it is built from, with things in it that no image may hold."""
    junk = shutil.ignore_patterns("__pycache__", "autograder") if folder else None
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__") if name == "autograder" else junk
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copyfile(source, folder / name)
    shutil.copyfile(ROOT / ".dockerignore", folder / ".dockerignore")
    for name in (
        ".secret",
        "grades/s1/grade.json",
        "submissions/s1/model.py",
        "tests/hidden/.secret",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(secret)
    return folder
