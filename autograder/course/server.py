"""Serves a course in the browser: nbgrader's formgrader, inside JupyterLab."""

from __future__ import annotations

import functools
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from autograder.course.folder import CourseError
from autograder.jail.inside.lockdown import end_with
from autograder.text import clean

START_SECONDS = 60
#: It ends the notebooks that are open first; some wait for what will not come.
END_SECONDS = 10
PAGE = "formgrader/manage_assignments"


def serve(root: Path, port: int) -> int:
    """Serve a course to this machine until interrupted, and print the address.

    Parameters
    ----------
    root
        The course's folder.
    port
        Where; 0 for any that is free.

    Returns
    -------
    int
        0 after Ctrl-C, else the exit status of the server.

    Raises
    ------
    CourseError
        If it does not start.
    """
    port = port or _free_port()
    token = secrets.token_urlsafe(24)
    # The token is handed over in the environment: arguments can be read by everybody.
    environment = os.environ | {"JUPYTER_TOKEN": token}
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    command = [sys.executable, "-m", "jupyterlab", *options, "--ServerApp.log_level=ERROR"]
    # In a process group of its own: to a Ctrl-C it would answer with a question.
    process = subprocess.Popen(
        [*command, f"--ServerApp.root_dir={root}"],
        cwd=root,
        env=environment,
        process_group=0,
        preexec_fn=functools.partial(_end_with_parent, os.getpid()),
    )
    try:
        _wait(process, port)
        print(f"The course {clean(str(root))} is served to this machine; stop it with Ctrl-C.")
        print(f"  address  http://127.0.0.1:{port}/{PAGE}?token={token}")
        print(f"  token    {token}", flush=True)
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        end_with(parent, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the server answers.

    Raises
    ------
    CourseError
        If it ends first, or takes too long.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise CourseError(f"the server ended at once; is port {port} taken? Try PORT=0")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CourseError(f"the server does not answer on port {port}")
