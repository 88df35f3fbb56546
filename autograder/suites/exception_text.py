"""Says to a student what went wrong, and nothing else.

An exception's class, its text and the place that it names are for the submission to choose. So a
class is named only if it is one of Python's, a text is passed on only if it is one of Python's or
NumPy's (see `autograder.suites.known_texts`), and a place is a line of the files as they were
handed in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from autograder.messages import Message, message_of, say
from autograder.suites.errors import ALLOWED_ERRORS, FileProblem, StudentError, WorkerTimeout
from autograder.suites.import_texts import why_gone, why_not_imported
from autograder.suites.known_texts import Known, safe_text
from autograder.suites.sent import Sent
from autograder.suites.syntax_texts import version_text, why_unreadable
from autograder.text import clean

#: Lines after this one are not told apart.
LINES_NAMED = 1000
LINE_LIMIT = 120
#: So many names of the line that is shown may stand in the text as well, the first ones.
LINE_NAMES = 16
_HEAD = re.compile(r"(?:async\s+)?(?:def|class)\s+([^\W\d]\w*)")
_LOOP = re.compile(r"(?:while|for)\b")
_ENDS = ("SystemExit", "KeyboardInterrupt", "StopIteration", "GeneratorExit")
EXCEPTIONS = ALLOWED_ERRORS.union(_ENDS)


def explain(
    error: StudentError,
    files: Mapping[str, bytes],
    sent: Sent | None = None,
    lab_files: Collection[str] = (),
    packages: Collection[str] = (),
) -> Message:
    """Explain to a student an exception of their code.

    Parameters
    ----------
    error
        The exception.
    files
        The student's files, by name.
    sent
        What the check has told the student's process.
    lab_files
        The names of all files that a submission is read for.
    packages
        What the lab allows besides NumPy.

    Returns
    -------
    Message
        Type, place, the student's own line, and the text where it is safe to show.
    """
    if isinstance(error, FileProblem):  # said by intake, not by student code
        return say("{problem}.", problem=message_of(error))
    kind = error.type_name if error.type_name in EXCEPTIONS else say("an exception")
    text = _text(error, files, sent or Sent(), lab_files, packages)
    place = place_text(files, error.file, error.line)
    if place and text:
        return say("Your code raised {kind} at {place}: {text}.", kind=kind, place=place, text=text)
    if place:
        return say("Your code raised {kind} at {place}.", kind=kind, place=place)
    if text:
        return say("Your code raised {kind}: {text}.", kind=kind, text=text)
    return say("Your code raised {kind}.", kind=kind)


def place_text(files: Mapping[str, bytes], file: str, line: int) -> Message | None:
    """Name a place in the student's files, with the line as it was handed in.

    Parameters
    ----------
    files
        The student's files, by name.
    file, line
        The place, as the student's process gave it.

    Returns
    -------
    Message or None
        None if there is no such place.
    """
    if not 0 < line <= len(files.get(file, b"").splitlines()):
        return None
    if line > LINES_NAMED:
        return say("{file}, after line {line}", file=file, line=LINES_NAMED)
    code = clean(_source_line(files, file, line), LINE_LIMIT)
    return say("{file}, line {line} ({code})", file=file, line=line, code=code)


def _source_line(files: Mapping[str, bytes], file: str, line: int) -> str:
    """Return a line of the student's files; empty if there is none, or if it is not told apart."""
    lines = files.get(file, b"").splitlines()
    there = 0 < line <= min(len(lines), LINES_NAMED)
    return lines[line - 1].decode("utf-8", "replace") if there else ""


def method_at(files: Mapping[str, bytes], file: str, line: int) -> str:
    """Name the method or function that a line is in, like ``Layer.forward``; empty if in none.

    It is read off the indentation above the line: a parser takes as long as a submission wants.
    """
    heads = [_HEAD.match(code) for _, code in _around(files, file, line)]
    return clean(".".join(head[1] for head in reversed(heads) if head), LINE_LIMIT)


def _loop_at(files: Mapping[str, bytes], file: str, line: int) -> int:
    """Return the line of the innermost loop of its function that a line is in; 0 for none."""
    for number, code in _around(files, file, line):
        if _HEAD.match(code):
            break
        if _LOOP.match(code):
            return number
    return 0


def _around(files: Mapping[str, bytes], file: str, line: int) -> list[tuple[int, str]]:
    """Return a line and those above it that it is indented under, each with its number."""
    if line > LINES_NAMED:
        return []
    found: list[tuple[int, str]] = []
    inside: int | None = None
    lines = files.get(file, b"").splitlines()[:line]
    for number, raw in zip(range(len(lines), 0, -1), reversed(lines), strict=True):
        text = raw.decode("utf-8", "replace").expandtabs()
        code = text.lstrip()
        indent = len(text) - len(code)
        if not code or code.startswith("#") or (inside is not None and indent >= inside):
            continue
        inside = indent
        found.append((number, code))
    return found


def explain_timeout(error: WorkerTimeout, files: Mapping[str, bytes]) -> Message:
    """Say to a student that time ran out, and where their code was then if that is known."""
    reason, place = message_of(error), place_text(files, error.file, error.line)
    method = method_at(files, error.file, error.line)
    loop = place and place_text(files, error.file, _loop_at(files, error.file, error.line))
    if loop and method:
        return say(
            "Out of time: {reason}. Your code was then in {method}, in the loop at {place}. Does "
            "every round of this loop bring it nearer to its end?",
            reason=reason,
            method=method,
            place=loop,
        )
    if place and method:
        return say(
            "Out of time: {reason}. Your code was then in {method}, at {place}. If a loop "
            "runs there, does every round bring it nearer to its end?",
            reason=reason,
            method=method,
            place=place,
        )
    if place:
        return say(
            "Out of time: {reason}. Your code was then at {place}. If a loop runs there, does "
            "every round bring it nearer to its end?",
            reason=reason,
            place=place,
        )
    return say("Out of time: {reason}.", reason=reason)


def _text(
    error: StudentError,
    files: Mapping[str, bytes],
    sent: Sent,
    lab_files: Collection[str],
    packages: Collection[str],
) -> str:
    """Return what can be shown of an exception's text; empty if nothing can."""
    if error.ours:
        return error.text
    if error.type_name == "NotImplementedError":
        return say("it is not written yet")
    line = _source_line(files, error.file, error.line)
    names = list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", clean(line, LINE_LIMIT))))[:LINE_NAMES]
    text = safe_text(error.text, Known(names, tuple(sent.names), tuple(sent.shapes)))
    if error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        return _unreadable(why_unreadable(error.text, line) or text)
    if error.type_name in ("ImportError", "ModuleNotFoundError"):
        gone = why_gone(error.text)
        return gone or why_not_imported(error.text, text, files, lab_files, packages) or text
    if error.type_name == "AttributeError":
        return why_gone(error.text) or text
    return text


def _unreadable(reason: str) -> Message:
    """Say that Python cannot read a file, which Python that is, and why if that is known."""
    version = version_text()
    if not reason:
        return say("Python {version} cannot read the file", version=version)
    text = say("Python {version} cannot read the file: {text}", version=version, text=reason)
    if "codec" in reason or "null bytes" in reason:
        return say("{text}; save it as UTF-8", text=text)
    return text


def exception_name(error: BaseException) -> str:
    """Name an exception by the first of its classes that is one of Python's."""
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((name for name in names if name in EXCEPTIONS), "Exception")
