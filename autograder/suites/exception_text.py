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
from autograder.suites.errors import ALLOWED_ERRORS, FileProblem, StudentError
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
    lines = files.get(error.file, b"").splitlines()
    there = 0 < error.line <= len(lines)
    line = lines[error.line - 1] if there and error.line <= LINES_NAMED else b""
    code = clean(line.decode("utf-8", "replace"), LINE_LIMIT)
    text = _text(error, code, sent or Sent())
    if there and error.line > LINES_NAMED:
        place: Message | None = say("{file}, after line {line}", file=error.file, line=LINES_NAMED)
    elif there:
        place = say("{file}, line {line} ({code})", file=error.file, line=error.line, code=code)
    else:
        place = None
    if place and text:
        return say("Your code raised {kind} at {place}: {text}.", kind=kind, place=place, text=text)
    if place:
        return say("Your code raised {kind} at {place}.", kind=kind, place=place)
    if text:
        return say("Your code raised {kind}: {text}.", kind=kind, text=text)
    return say("Your code raised {kind}.", kind=kind)


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
