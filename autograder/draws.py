"""From where the numbers that a check draws come.

The suites may be public and the seed stands in every record, so neither can be what keeps a draw
from being predicted. Every draw starts from an HMAC-SHA256 of the course's secret over the run's
seed and the check's id. Student code's own generators start from another one of the same secret:
it is the same in every run, and nothing of the check's draws can be computed from it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Length of a secret in bytes.
SECRET_SIZE = 32
#: For tests, proofs and benchmarks, whose draws must be the same everywhere. Everybody knows it,
#: so no grade may be made with it.
PUBLIC_SECRET = bytes(SECRET_SIZE)


@dataclass(frozen=True)
class Draws:
    """The start of all draws of a run.

    Attributes
    ----------
    seed
        The run's; it may be known.
    secret
        The course's, `SECRET_SIZE` bytes; only the instructor knows it.
    """

    seed: int
    secret: bytes = field(repr=False)

    @property
    def secret_id(self) -> str:
        """A name of the secret that tells nothing of it, 16 hexadecimal digits."""
        return self._digest("the name of the secret").hex()[:16]

    def of_check(self, check: str) -> int:
        """Return the number from which a check's own generator starts.

        It must not reach the student's process.

        Parameters
        ----------
        check
            The check's id, ``test_model.py::test_forward``.
        """
        return int.from_bytes(self._digest("the draws of a check", str(self.seed), check))

    def of_student(self, check: str) -> int:
        """Return the number, of 32 bits, from which student code's generators start in a check."""
        return int.from_bytes(self._digest("the draws of a student", str(self.seed), check)[:4])

    def table(self, checks: Iterable[str]) -> dict[str, list[Any]]:
        """Return, as plain data for a `DrawTable`, what these checks draw from and nothing else."""
        return {c: [self.of_check(c).to_bytes(SECRET_SIZE), self.of_student(c)] for c in checks}

    def name_of(self, digest: str) -> str:
        """Return a name for what a submission answered, 16 hexadecimal digits.

        Equal digests have equal names, also in another run; nothing else can be told from one
        without the secret.
        """
        return self._digest("the name of an answer", digest).hex()[:16]

    def _digest(self, *labels: str) -> bytes:
        return hmac.digest(self.secret, "\0".join(labels).encode(), hashlib.sha256)


class DrawSource(Protocol):
    """Whence a run has its draws: `Draws`, or a `DrawTable` where the secret is not to be."""

    def table(self, checks: Iterable[str]) -> dict[str, list[Any]]:
        """Return the same as `Draws.table`."""


@dataclass(frozen=True)
class DrawTable:
    """The draws of some checks, for a process that is not to know the secret.

    Attributes
    ----------
    given
        What `Draws.table` gave.
    """

    given: Mapping[str, list[Any]] = field(repr=False)

    def table(self, checks: Iterable[str]) -> dict[str, list[Any]]:
        """Return the same as `Draws.table`."""
        return {check: self.given[check] for check in checks}

    def of_check(self, check: str) -> int:
        """Return the same as `Draws.of_check`."""
        return int.from_bytes(self.given[check][0])

    def of_student(self, check: str) -> int:
        """Return the same as `Draws.of_student`."""
        return int(self.given[check][1])
