"""Watches a student's folder as ``check.py --watch`` does."""

import os
import re
import select
import signal
import subprocess
import sys
import time


class Watching:
    """``check.py --watch`` in a folder, for all or some parts, and what it has printed."""

    def __init__(self, place, *parts):
        environment = os.environ | {"LAB_LANG": "en", "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "check.py", *parts, "--watch"]
        self._process = subprocess.Popen(
            command,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A shell has its background jobs ignore Ctrl-C, and their children with them.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self._text = ""

    def until(self, end):
        """Return what is printed up to the end of a line that begins with this."""
        limit = time.monotonic() + 60
        while not (found := re.search(f"^{end}.*\n", self._text, re.MULTILINE)):
            ready, _, _ = select.select([self._process.stdout], [], [], 1)
            assert time.monotonic() < limit, self._text
            if ready:
                data = os.read(self._process.stdout.fileno(), 1 << 16)
                assert data, self._text
                self._text += data.decode("utf-8")
        text, self._text = self._text[: found.end()], self._text[found.end() :]
        return text

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        rest, _ = self._process.communicate(timeout=60)
        return self._process.returncode, self._text + rest.decode("utf-8")


def save(path, text):
    """Replace a file, as many editors do; a slow machine can't meet it half written."""
    draft = path.with_name("draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
