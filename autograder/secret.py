"""Where a course keeps the secret of its draws (see `autograder.draws`).

It lies beside the lab's description, in a file that only its owner can read, and is made when it
is first needed. A variable of the environment can take its place, where folders don't last, as in
CI, or can't be written to; another one names a file elsewhere, as in a container.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from pathlib import Path

from autograder.draws import SECRET_SIZE
from autograder.errors import UserError
from autograder.files import write_whole
from autograder.lab import Lab
from autograder.text import clean

FILE_NAME = ".secret"
VARIABLE, FILE_VARIABLE = "AUTOGRADER_SECRET", "AUTOGRADER_SECRET_FILE"
_DIGITS = 2 * SECRET_SIZE


class SecretError(UserError):
    """The secret can't be read or made; the text says why and what to do."""


def find_secret(lab: Lab) -> bytes:
    """Return the secret of a lab's course, making it if there is none.

    Raises
    ------
    SecretError
        If it is damaged, others can read it, or it can be neither read nor made.
    """
    if text := os.environ.get(VARIABLE, "").strip():
        return _parse(text, f"the variable {VARIABLE}")
    elsewhere = os.environ.get(FILE_VARIABLE)
    path = Path(elsewhere) if elsewhere else lab.root / FILE_NAME
    if not os.path.lexists(path):
        _make(path)
    return _read(path)


def _read(path: Path) -> bytes:
    name = f"the secret of the draws, {clean(str(path))},"
    try:
        # Not to wait for the other end of what is no ordinary file.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise SecretError(f"{name} should be an ordinary file; put it elsewhere")
            if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise SecretError(
                    f"{name} can be used by others: type chmod 600 {clean(str(path))}; if "
                    "somebody else may have read it, delete it, and the next run makes a new one"
                )
            text = file.read(2 * _DIGITS).decode("ascii", "replace")
    except OSError as error:
        raise SecretError(
            f"cannot read {name} {error.strerror}; make it readable for yourself alone, or give "
            f"the secret in the variable {VARIABLE}"
        ) from error
    return _parse(text.strip(), name.removesuffix(","))


def _parse(text: str, name: str) -> bytes:
    if not re.fullmatch(f"[0-9a-fA-F]{{{_DIGITS}}}", text):
        raise SecretError(
            f"{name} should be {_DIGITS} hexadecimal digits; restore it from a backup, or remove "
            "it, and the next run makes a new one, with other draws"
        )
    return bytes.fromhex(text)


def _make(path: Path) -> None:
    """Write a new secret; if another run was faster, its secret stays."""
    try:
        write_whole(path, secrets.token_hex(SECRET_SIZE) + "\n", 0o600, replace=False)
    except FileExistsError:
        return
    except OSError as error:
        raise SecretError(
            f"cannot make the secret of the draws, {clean(str(path))}: {error.strerror}; give one "
            f"in the variable {VARIABLE}, {_DIGITS} hexadecimal digits"
        ) from error
    print(
        f"autograder: made the secret of the draws, {clean(str(path))}: keep it, since only with "
        "it a grade can be repeated, and show it to nobody",
        file=sys.stderr,
    )
