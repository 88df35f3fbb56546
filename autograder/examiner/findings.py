"""What an instructor is shown of an inspection, and how much it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder.jail.inside.limits import VARIABLE_LIMIT
from autograder.lab import Check

#: So many calls of a check are shown, the last ones, and so many arguments of each.
CALLS_LIMIT, ARGUMENTS_LIMIT = 8, 12
#: Characters of an argument or a result, of what is printed in a check, and of a file.
VALUE_LIMIT, PRINTED_LIMIT, SOURCE_LIMIT = VARIABLE_LIMIT, 10_000, 200_000
#: Entries of an array.
ENTRIES_LIMIT = 400
#: What a suite asks of student code: a class, an attribute, a call.
OPERATIONS = frozenset({"load", "get", "set", "call_method", "call", "operate"})


@dataclass(frozen=True)
class Call:
    """One request of a check.

    Attributes
    ----------
    line
        Of the suite's file; 0 if it is not known.
    operation
        One of `OPERATIONS`.
    target, name
        Of what, and which attribute or method.
    arguments
        Keyword, or nothing, and text of each.
    result
        What came back; None if nothing did.
    raised
        Whether student code raised an exception.
    """

    line: int
    operation: str
    target: str
    name: str
    arguments: tuple[tuple[str, str], ...]
    result: str | None
    raised: bool

    @property
    def text(self) -> str:
        """The request as Python would write it."""
        inside = ", ".join(f"{key}={text}" if key else text for key, text in self.arguments)
        match self.operation:
            case "load":
                return f"{self.name} of {self.target}"
            case "get":
                return f"{self.target}.{self.name}"
            case "set":
                return f"{self.target}.{self.name} = {inside}"
            case "call":
                return f"{self.target}({inside})"
        return f"{self.target}.{self.name}({inside})"


@dataclass(frozen=True)
class Frame:
    """A line of the student's in a traceback, with the variables that it could see."""

    file: str
    line: int
    function: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trace:
    """An exception of student code: its class, its text and where it came from."""

    type: str
    text: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: shape, and the entries that are shown, by place in C order."""

    shape: tuple[int, ...]
    entries: tuple[tuple[int, str], ...]

    @property
    def size(self) -> int:
        """How many entries there are."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Arrays:
    """Both sides of a comparison that failed.

    Attributes
    ----------
    what
        Was compared.
    actual, expected
        None for a side that is no number.
    wrong
        Places, in C order, of the shown entries that differ; None if the shapes do.
    number
        How many differ in all.
    """

    what: str
    actual: Side | None
    expected: Side | None
    wrong: frozenset[int] | None
    number: int | None


@dataclass(frozen=True)
class Finding:
    """What one check asked, got and found.

    Attributes
    ----------
    check
        Which.
    outcome, message
        As in `autograder.records.CheckResult`.
    line
        Of the suite's file in which it ended; 0 if that is not known.
    calls
        The last ones.
    more
        How many there were before them.
    printed
        By student code.
    trace
        Of the exception that the last call raised.
    arrays
        What was compared in the end.
    """

    check: Check
    outcome: str
    message: str
    line: int
    calls: tuple[Call, ...]
    more: int
    printed: str
    trace: Trace | None
    arrays: Arrays | None


@dataclass(frozen=True)
class Findings:
    """What an inspection found.

    Attributes
    ----------
    refused
        Why nothing was run, if nothing was.
    digest
        Of the files.
    remarks
        What is wrong with files that are not there.
    files
        The student's: name -> text.
    checks
        In order.
    """

    refused: str | None
    digest: str
    remarks: tuple[str, ...]
    files: dict[str, str]
    checks: tuple[Finding, ...]
