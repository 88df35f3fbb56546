"""Put what goes wrong in the student's code into one clear sentence, with where to look."""

import builtins
import difflib
import re
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from checks import advice
from checks.messages import listed, say
from checks.parts import FILES, full_calls
from checks.source import loops_at, read_source
from checks.student import (
    FOLDER,
    CheckError,
    ForbiddenImportError,
    NotRunError,
    OutOfTimeError,
    last_read,
)

UNFIT = re.compile("matmul|not aligned|broadcast|einstein|shape-mismatch")
"""What NumPy says when shapes do not fit together."""
ONE_NUMBER = re.compile("truth value of an array|arrays can be converted")
"""What is said of an array where Python wants one number."""
CALLS_SHOWN = 6


@dataclass(frozen=True)
class Explanation:
    """How a check ended (``failed``, ``missing`` or ``not run``), and what to tell the student."""

    outcome: str
    text: str


PASSED = Explanation("passed", "")


@dataclass(frozen=True)
class Place:
    """Where in the student's files something was running.

    Attributes
    ----------
    file, function, code : str
        The file's name, the function's, and the line's text.
    line : int
        Its number.
    frame : frame
        With the variables there.
    """

    file: str
    line: int
    function: str
    code: str
    frame: object

    @property
    def where(self):
        """For messages."""
        return {"file": self.file, "line": self.line, "code": self.code}


def _places(error):
    """Return where the student's code was when an exception was raised, the outermost first."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    lines = traceback.extract_tb(error.__traceback__)
    return [
        Place(Path(line.filename).name, line.lineno, line.name, line.line or "", frame)
        for line, frame in zip(lines, frames, strict=True)
        if _is_students(line.filename)
    ]


def _is_students(filename):
    return Path(filename).parent == FOLDER and Path(filename).name in FILES


def students_files(error):
    """Return the student's files that an exception went through, the outermost first."""
    return [place.file for place in _places(error)]


def explain(error, check=None):
    """Explain what an exception means to the student whose code was being checked.

    Parameters
    ----------
    error : BaseException
        What was raised. An attribute `hint` of it says where to look.
    check : callable, optional
        The check that it ended.
    """
    if isinstance(error, CheckError):
        return Explanation("failed", str(error))
    if isinstance(error, NotRunError) and str(error):
        text = say("Not run: it builds on \u201c{title}\u201d, which does not pass.", title=error)
        return Explanation("not run", text)
    if isinstance(error, NotRunError):
        return Explanation(
            "not run", say("Not run, because other checks of this class ran out of time before.")
        )
    places = _places(error)
    if isinstance(error, OutOfTimeError):
        return Explanation("failed", "\n".join(_explain_endless(error, places)))
    if not places:
        return Explanation("failed", _explain_outside(error))
    if isinstance(error, RecursionError) and len(places) > 1:
        places = places[:-1]  # the call, and not where it ended by chance
    last = places[-1]
    if isinstance(error, NotImplementedError) and (names := _unwritten(last, check)):
        text = say(
            "Not written yet: {names}. There, replace `raise NotImplementedError` by your code.",
            names=names,
        )
        return Explanation("missing", text)
    if isinstance(error, ForbiddenImportError):
        text = say("{file}, line {line}: {text}", text=error, file=last.file, line=last.line)
        return Explanation("failed", text)
    lines = [
        say("Your code raised {error}", error=_one_line(error)),
        say("{file}, line {line}: `{code}`", **last.where),
    ]
    if last.code.startswith("raise") and len(places) > 1:
        lines.append(say("called at {file}, line {line}: `{code}`", **places[-2].where))
    about = _about_none(error, last) or _about_shapes(error, places) or _about_python(error, last)
    if hint := getattr(error, "hint", None):
        about = [say(hint)]
    return Explanation("failed", "\n".join([*lines, *about]))


def _unwritten(place, check):
    """List what is not written of all that a check needs; empty if the error is another one's."""
    source = read_source(last_read.get(place.file, b""))
    unwritten = source.unwritten() if source else {}
    reached = {name for name, line in unwritten.items() if line == place.line}
    if not reached:
        return ""
    reached |= set(full_calls(check))
    return say(" and ").join(
        say("{name} ({file}, line {line})", name=name, file=place.file, line=line)
        for name, line in unwritten.items()
        if name in reached
    )


def _explain_endless(error, places):
    """Yield where a check was stopped, and which loop does not end."""
    yield say(
        "Stopped after {seconds} seconds; such a small example takes far less than one. It was at:",
        seconds=error.args[0],
    )
    for place in places[-CALLS_SHOWN:]:
        yield "  " + say("{file}, line {line}: `{code}`", **place.where)
    loops = dict.fromkeys(
        (place.file, line)
        for place in places
        for line in loops_at((FOLDER / place.file).read_bytes(), place.line)
    )
    codes = {loop: _line(*loop) for loop in loops}
    while_loops = [loop for loop in loops if codes[loop].startswith("while")]
    for file, line in while_loops or loops:
        yield say(
            "This loop may never end: `{code}` ({file}, line {line}). What is to end it, and does "
            "that change in every round?",
            code=codes[file, line],
            file=file,
            line=line,
        )
    if not loops:
        yield say("Look for a loop that never ends.")


def _line(file, number):
    lines = (FOLDER / file).read_text("utf-8", "replace").splitlines()
    return lines[number - 1].strip() if number <= len(lines) else ""


def _about_none(error, place):
    """Say what at a line is None, where that may be why it failed."""
    if not isinstance(error, ValueError | TypeError | AttributeError):
        return []
    lines = []
    for name, value in _values_named(place).items():
        if value is None and "." in name:
            lines.append(say("`{name}` is None here: nothing has been stored in it.", name=name))
        elif value is None:
            lines.append(
                say(
                    "`{name}` is None here: the method that was to give it returned nothing. Is "
                    "there a `return`?",
                    name=name,
                )
            )
    return lines


def _about_shapes(error, places):
    """List the shapes of the arrays at a line that do not fit, and where to look."""
    last = places[-1]
    raised = last.code.startswith("raise")
    if not isinstance(error, ValueError) or not (raised or UNFIT.search(str(error))):
        return []
    named = last.frame.f_locals if raised else _values_named(last)
    arrays = {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
    if not arrays:
        return []
    shapes = listed(f"{name} {array.shape}" for name, array in arrays.items())
    lines = [say("Shapes here: {shapes}.", shapes=shapes)]
    axes = [array.shape for array in arrays.values()]
    if any((*shape, 1) in axes for shape in axes):
        return [*lines, say(advice.AXIS)]
    for place in reversed(places):
        if hint := advice.LOOK_AT_SHAPES.get((place.file, place.function)):
            return [*lines, say(hint)]
    return lines


def _values_named(place):
    """Return what the names on a line of code stand for, ``grad`` and ``self.w`` alike."""
    values, found = place.frame.f_locals, {}
    code = re.sub(r"^[\w.\s]+=(?!=)", "", place.code)  # what is assigned to is no factor
    for name in re.findall(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)?", code):
        owner, _, attribute = name.partition(".")
        own = getattr(values.get(owner), "__dict__", {})
        if isinstance(values.get(owner), np.ndarray | None) and owner in values:
            found[owner] = values[owner]
        elif attribute in own:
            found[name] = own[attribute]
    return found


def _about_python(error, place):
    """Say what the commonest of Python's own exceptions mean."""
    if isinstance(error, ValueError | TypeError) and ONE_NUMBER.search(str(error)):
        yield say(
            "This works for one number only. For every element of an array, there are "
            "`np.maximum`, `np.where` and `np.exp`."
        )
    elif isinstance(error, UnboundLocalError):
        yield say("`{name}` is used there before this method has assigned to it.", name=error.name)
    elif isinstance(error, NameError):
        yield _about_name(error.name or "", place.frame)
    elif isinstance(error, AttributeError) and error.name and " has no attribute " in str(error):
        # Another text is that of an object that says itself what is wrong.
        near = _near(error.name, dir(error.obj))
        if near:
            yield say("Did you mean `{near}`?", near=near)
        else:
            yield say(
                "Nothing has set `{name}` so far: is it spelled the same where it is set?",
                name=error.name,
            )
    elif isinstance(error, RecursionError):
        yield say(
            "A method calls itself without end, perhaps by way of another. Which one did you mean "
            "to call there?"
        )
    elif isinstance(error, TypeError) and re.search("argument", str(error)):
        yield say("Compare this call with the parameters of what it calls.")
    elif isinstance(error, TypeError) and "not callable" in str(error):
        yield say("What stands before `(` there is no function: is an operator missing?")
    elif isinstance(error, TypeError) and "Cannot cast" in str(error):
        yield say(advice.DTYPE)
    elif isinstance(error, IndexError):
        yield say("There is no such place: how long is it, and may it be empty?")
    elif isinstance(error, KeyError):
        yield say("There is no such key: is it spelled as where it was put in?")
    elif isinstance(error, ZeroDivisionError):
        yield say("What is divided by is 0 here.")


def _about_name(name, frame):
    own = getattr(frame.f_locals.get("self"), name, None)
    if own is not None:
        return say("Did you mean `self.{name}`?", name=name)
    near = _near(name, {**vars(builtins), **frame.f_globals, **frame.f_locals})
    if near:
        return say("`{name}` is not defined. Did you mean `{near}`?", name=name, near=near)
    return say("`{name}` is not defined: is it misspelled, or never assigned?", name=name)


def _near(name, names):
    """Return the name that is most like another one; None if none is."""
    plain = {each.lower(): each for each in names}
    near = difflib.get_close_matches(name.lower(), plain, 1, 0.7)
    return plain[near[0]] if near else None


def _explain_outside(error):
    """Explain what happened in a check that used the student's code."""
    hint = getattr(error, "hint", None)
    if isinstance(error, AttributeError) and error.name is not None:
        text = say(
            "`{owner}` has no attribute `{name}`. The handout lists every attribute and "
            "method; is the name spelled the same, and is it set before it is needed?",
            owner=type(error.obj).__name__,
            name=error.name,
        )
        if near := _near(error.name, dir(error.obj)):
            text += "\n" + say("Did you mean `{near}`?", near=near)
        return text
    text = say(
        "Using your class as the handout describes raised {error}\nCompare the method's "
        "parameters and what it returns with the handout.",
        error=_one_line(error),
    )
    return f"{text}\n{say(hint)}" if hint else text


def _one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
