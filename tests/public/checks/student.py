"""Load the student's files, and put what goes wrong in them into one clear sentence."""

import builtins
import contextlib
import difflib
import re
import sys
import traceback
from dataclasses import dataclass
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType

import numpy as np

from checks import hints
from checks.messages import say
from checks.source import read_source

FOLDER = Path(__file__).resolve().parents[1]
FILES = {"Activation": "activation.py", "Linear_Layer": "linear_layer.py", "Model": "model.py"}

UNFIT = re.compile("matmul|not aligned|broadcast|einstein|shape-mismatch")
"""What NumPy says when shapes do not fit together."""
LOOK_AT_SHAPES = {
    ("activation.py", "backward"): hints.ACTIVATION_BACKWARD,
    ("linear_layer.py", "forward"): hints.LINEAR_FORWARD,
    ("linear_layer.py", "backward"): hints.LINEAR_PRODUCT,
}


class CheckError(Exception):
    """A check that did not pass; its text is what the student reads."""


class OutOfTimeError(Exception):
    """A check that took too long."""


class NotRunError(Exception):
    """A check that was left out because others before it took too long."""


@dataclass(frozen=True)
class Explanation:
    """How a check ended (``failed``, ``missing`` or ``not run``), and what to tell the student."""

    outcome: str
    text: str


PASSED = Explanation("passed", "")
last_read = {}
"""The bytes of each file when its class was last loaded, by the name of the class."""


def load(name):
    """Return the student's class `name`, from its file, loaded on its own as the grader does.

    Raises
    ------
    CheckError
        When there is no such file or class, or the file cannot be read as Python.
    """
    file = FILES[name]
    path = FOLDER / file
    if not path.is_file():
        near = [p.name for p in sorted(FOLDER.glob("*.py")) if p.name.lower() == file]
        if near:
            text = say(
                "There is no {file} in this folder, but there is {found}: the name must be in "
                "lower case.",
                file=file,
                found="".join(near),
            )
        else:
            text = say(
                "There is no {file} in this folder. The name must be exactly that.", file=file
            )
        raise CheckError(text)
    module = ModuleType(f"student.{path.stem}")
    module.__file__ = str(path)
    module.__builtins__ = {**vars(builtins), "__import__": _guarded_import}
    sys.modules[module.__name__] = module  # a dataclass looks its module up
    code = _compiled(path, name)
    with _standard_output_kept():
        exec(code, module.__dict__)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        own = (v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__)
        classes = ", ".join(v.__name__ for v in own if isinstance(v, type)) or say("none")
        raise CheckError(
            say(
                "{file} defines no class `{name}` (classes found: {found}). The name must be the "
                "same to the letter, underscores and capitals included.",
                file=file,
                name=name,
                found=classes,
            )
        )
    return found


@contextlib.contextmanager
def _standard_output_kept():
    """Take back what a file puts in the place of standard output, for instance for UTF-8."""
    before = sys.stdout, sys.stderr
    try:
        yield
    finally:
        _replacements.append((sys.stdout, sys.stderr))
        sys.stdout, sys.stderr = before


_replacements = []
"""Kept, since one that is gone closes the file that it writes to."""


def _compiled(path, name):
    try:
        last_read[name] = path.read_bytes()
        source = decode_source(last_read[name])
    except (UnicodeDecodeError, SyntaxError):
        raise CheckError(
            say(
                "{file} is not saved as UTF-8. Set the encoding in your editor and save it again.",
                file=path.name,
            )
        ) from None
    try:
        return compile(source, str(path), "exec")
    except SyntaxError as error:
        line, reason = error.lineno, error.msg
    except ValueError as error:  # null bytes, before Python 3.12
        line, reason = None, error
    where = say("line {line}", line=line) if line else say("the file as a whole")
    text = say(
        "{file} is not valid Python ({where}: {error}). Until this is put right, nothing "
        "in the file can be checked.",
        file=path.name,
        where=where,
        error=reason,
    )
    raise CheckError(text)


def build(name, *arguments):
    """Return an object of the student's class `name`."""
    return load(name)(*arguments)


def explain(error, check=None):
    """Explain what an exception means to the student whose code was being checked.

    Parameters
    ----------
    error : BaseException
        What was raised.
    check : callable, optional
        The check that it ended.
    """
    if isinstance(error, CheckError):
        return Explanation("failed", str(error))
    if isinstance(error, NotRunError):
        return Explanation(
            "not run", say("Not run, because other checks of this class ran out of time before.")
        )
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_students(f.filename)]
    if not frames:
        return Explanation("failed", _explain_outside(error))
    last = frames[-1]
    if isinstance(error, NotImplementedError) and (names := _unwritten(last, check)):
        text = say(
            "Not written yet: {names}. There, replace `raise NotImplementedError` by your code.",
            names=names,
        )
        return Explanation("missing", text)
    place = {"file": Path(last.filename).name, "line": last.lineno, "code": last.line}
    text = _explain_inside(error, place)
    about = _about_none(error, last.line) or _about_shapes(error, last.line)
    return Explanation("failed", "\n".join([text, *about]))


def _unwritten(frame, check):
    """List what is not written of all that a check needs; empty if the error is another one's."""
    file = Path(frame.filename).name
    (owner,) = (name for name in FILES if FILES[name] == file)
    source = read_source(last_read.get(owner, b""))
    unwritten = source.unwritten() if source else {}
    reached = {name for name, line in unwritten.items() if line == frame.lineno}
    if not reached:
        return ""
    reached |= {f"{owner}.{name}" for name in getattr(check, "calls", ())}
    return say(" and ").join(
        say("{name} ({file}, line {line})", name=name, file=file, line=line)
        for name, line in unwritten.items()
        if name in reached
    )


def _explain_inside(error, place):
    """Explain what happened at a line of the student's code."""
    if isinstance(error, OutOfTimeError):
        return say(
            "Stopped after {seconds} seconds{where}. Such a small example takes far less "
            "than one, so look for a loop that never ends.",
            seconds=error.args[0],
            where=say(" at {file}, line {line}: `{code}`", **place),
        )
    if isinstance(error, ForbiddenImportError):
        return say("{file}, line {line}: {text}", text=error, **place)
    return say(
        "Your code raised {error}\n{file}, line {line}: `{code}`", error=_one_line(error), **place
    )


def _about_none(error, code):
    """Say what at a line is None, where that may be why it failed."""
    if not isinstance(error, ValueError | TypeError | AttributeError):
        return []
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__)]
    frame = [f for f in frames if _is_students(f.f_code.co_filename)][-1]
    names = [name for name, value in _values_named(code, frame).items() if value is None]
    return [
        say("`{name}` is None here: nothing has been put there before.", name=name)
        for name in names
    ]


def _about_shapes(error, code):
    """List the shapes of the arrays at a line that NumPy could not combine, and where to look."""
    if not (isinstance(error, ValueError) and UNFIT.search(str(error))):
        return []
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__)]
    frames = [f for f in frames if _is_students(f.f_code.co_filename)]
    lines = []
    named = _values_named(code, frames[-1])
    if arrays := {k: value for k, value in named.items() if isinstance(value, np.ndarray)}:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        lines.append(say("Shapes here: {shapes}.", shapes=shapes))
    for frame in reversed(frames):
        where = Path(frame.f_code.co_filename).name, frame.f_code.co_name
        if where in LOOK_AT_SHAPES:
            return [*lines, say(LOOK_AT_SHAPES[where])]
    return lines


def _values_named(code, frame):
    """Return what the names on a line of code stand for, ``grad`` and ``self.w`` alike."""
    values = frame.f_locals
    found = {}
    code = re.sub(r"^[\w.\s]+=(?!=)", "", code or "")  # what is assigned to is no factor
    for name in re.findall(r"[A-Za-z_]\w*(?:\.\w+)?", code):
        owner, _, attribute = name.partition(".")
        own = getattr(values.get(owner), "__dict__", {})
        if isinstance(values.get(owner), np.ndarray | None) and owner in values:
            found[owner] = values[owner]
        elif attribute in own:
            found[name] = own[attribute]
    return found


def _explain_outside(error):
    """Explain what happened in a check that used the student's code."""
    if isinstance(error, OutOfTimeError):
        return say(
            "Stopped after {seconds} seconds{where}. Such a small example takes far less "
            "than one, so look for a loop that never ends.",
            seconds=error.args[0],
            where="",
        )
    if isinstance(error, AttributeError) and error.name is not None:
        text = say(
            "`{owner}` has no attribute `{name}`. The handout lists every attribute and "
            "method; is the name spelled the same, and is it set before it is needed?",
            owner=type(error.obj).__name__,
            name=error.name,
        )
        names = {name.lower(): name for name in dir(error.obj)}
        near = difflib.get_close_matches(error.name.lower(), names, 1, 0.8)
        if near:
            text += "\n" + say("There is `{near}`, though.", near=names[near[0]])
        return text
    return say(
        "Using your class as the handout describes raised {error}\nCompare the method's "
        "parameters and what it returns with the handout. (NoneType means that nothing "
        "was returned.)",
        error=_one_line(error),
    )


def _guarded_import(name, globals=None, locals=None, fromlist=(), level=0):
    """Import as the graded environment does, where there is only NumPy and Python itself."""
    top = name.partition(".")[0]
    if level or f"{top}.py" in FILES.values():
        raise ForbiddenImportError(
            say(
                "`{name}` is imported, but each of your files is graded on its own, without the "
                "others beside it. Take that import out; what a class needs is handed to it.",
                name=name or ".",
            )
        )
    if top != "numpy" and top not in sys.stdlib_module_names:
        raise ForbiddenImportError(
            say(
                "`{name}` is imported, but where your code is graded there is only NumPy and "
                "Python's standard library, so this file would fail there.",
                name=top,
            )
        )
    return __import__(name, globals, locals, fromlist, level)


class ForbiddenImportError(ImportError):
    """An import that works here, perhaps, but would fail when graded."""


def _is_students(filename):
    return Path(filename).parent == FOLDER and Path(filename).name in FILES.values()


def _one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
