"""Says to a student what went wrong, and nothing else.

An exception's class, its text and the place that it names are for the submission to choose. So a
class is named only if it is one of Python's, a text is passed on only if it is one of Python's or
NumPy's (see `autograder.suites.known_texts`), and a place is a line of the files as they were
handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.messages import Message, message_of, say
from autograder.suites.errors import ALLOWED_ERRORS, FileProblem, StudentError, WorkerTimeout
from autograder.suites.known_texts import Known, safe_text
from autograder.suites.sent import Sent
from autograder.text import clean

#: Lines after this one are not told apart.
LINES_NAMED = 1000
LINE_LIMIT = 120
#: So many names of the line that is shown may stand in the text as well, the first ones.
LINE_NAMES = 16
_ENDS = ("SystemExit", "KeyboardInterrupt", "StopIteration", "GeneratorExit")
EXCEPTIONS = ALLOWED_ERRORS.union(_ENDS)


def explain(error: StudentError, files: Mapping[str, bytes], sent: Sent | None = None) -> Message:
    """Explain to a student an exception of their code.

    Parameters
    ----------
    error
        The exception.
    files
        The student's files, by name.
    sent
        What the check has told the student's process.

    Returns
    -------
    Message
        Type, place, the student's own line, and the text where it is safe to show.
    """
    if isinstance(error, FileProblem):  # said by intake, not by student code
        return say("{problem}.", problem=message_of(error))
    kind = error.type_name if error.type_name in EXCEPTIONS else say("an exception")
    place, code = place_of(error.file, error.line, files)
    text = _text(error, code, sent or Sent())
    if place and text:
        return say("Your code raised {kind} at {place}: {text}.", kind=kind, place=place, text=text)
    if place:
        return say("Your code raised {kind} at {place}.", kind=kind, place=place)
    if text:
        return say("Your code raised {kind}: {text}.", kind=kind, text=text)
    return say("Your code raised {kind}.", kind=kind)


def place_of(file: str, line: int, files: Mapping[str, bytes]) -> tuple[Message | None, str]:
    """Name a line of a submission, if there is such a line.

    Returns
    -------
    place : Message or None
        File, line and code.
    code
        The code alone; empty for a line that is not named.
    """
    lines = files.get(file, b"").splitlines()
    if not 0 < line <= len(lines):
        return None, ""
    if line > LINES_NAMED:
        return say("{file}, after line {line}", file=file, line=LINES_NAMED), ""
    code = clean(lines[line - 1].decode("utf-8", "replace"), LINE_LIMIT)
    return say("{file}, line {line} ({code})", file=file, line=line, code=code), code


def explain_timeout(error: WorkerTimeout, files: Mapping[str, bytes]) -> Message:
    """Say to a student that time ran out, and where their code was then if that is known."""
    place, _ = place_of(error.file, error.line, files)
    if place:
        return say(
            "Out of time: {reason}. Your code was then at {place}: does that ever come to an end?",
            reason=message_of(error),
            place=place,
        )
    return say("Out of time: {reason}.", reason=message_of(error))


def _text(error: StudentError, code: str, sent: Sent) -> str:
    """Return what can be shown of an exception's text; empty if nothing can."""
    if error.ours:
        return error.text
    if error.type_name == "NotImplementedError":
        return say("it is not written yet")
    names = list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", code)))[:LINE_NAMES]
    text = safe_text(error.text, Known(names, tuple(sent.names), tuple(sent.shapes)))
    if error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        if not text:
            return say("Python cannot read the file")
        read = say("Python cannot read the file, {text}", text=text)
        return say("{text}; save it as UTF-8", text=read) if "codec" in text else read
    if text and error.type_name == "ModuleNotFoundError":
        return say("{text}; only NumPy and the standard library may be imported", text=text)
    return text


def exception_name(error: BaseException) -> str:
    """Name an exception by the first of its classes that is one of Python's."""
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((name for name in names if name in EXCEPTIONS), "Exception")
