"""Load the student's files, each on its own."""

import builtins
import contextlib
import sys
from importlib.util import decode_source
from types import ModuleType

from checks.messages import say
from checks.parts import FILES, FOLDER, FUNCTIONS, IMPORTS, PACKAGES, TASKS
from checks.unreadable import why_invalid


class CheckError(Exception):
    """A check that did not pass; its text is what the student reads."""


class OutOfTimeError(Exception):
    """A check that took too long."""


class NotRunError(Exception):
    """A check that was left out: others before it took too long, or one that it requires failed.

    Its text is the title of the one that is required, or empty.
    """


last_read = {}
"""The bytes of each file when it was last loaded."""
broken = set()
"""The files that could not be loaded the last time, or lack what was asked for."""


def load(name):
    """Return the student's class or function `name`, from its file, loaded as the grader does.

    Raises
    ------
    CheckError
        When there is no such file or class, or the file cannot be read as Python.
    """
    file = TASKS[name]
    module = _loaded(file, f"student.{file.removesuffix('.py')}")
    broken.add(file)
    found = getattr(module, name, None)
    if name in FUNCTIONS and not callable(found):
        raise CheckError(
            say(
                "{file} defines no function `{name}`. The name must be the same to the letter, "
                "underscores and capitals included.",
                file=file,
                name=name,
            )
        )
    if name not in FUNCTIONS and not isinstance(found, type):
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
    broken.discard(file)
    return found


def _loaded(file, name):
    """Run a file as a new module of this name."""
    path = FOLDER / file
    broken.add(file)
    code = _compiled(path)
    module = ModuleType(name)
    module.__file__ = str(path)
    module.__builtins__ = {**vars(builtins), "__import__": _guarded_import}
    sys.modules[name] = module  # a dataclass looks its module up
    try:
        with _standard_output_kept():
            exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    broken.discard(file)
    return module


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


def _compiled(path):
    if not path.is_file():
        near = [p.name for p in sorted(FOLDER.glob("*.py")) if p.name.lower() == path.name]
        if near:
            text = say(
                "There is no {file} in this folder, but there is {found}: the name must be in "
                "lower case.",
                file=path.name,
                found="".join(near),
            )
        else:
            text = say(
                "There is no {file} in this folder. The name must be exactly that.", file=path.name
            )
        raise CheckError(text)
    try:
        last_read[path.name] = path.read_bytes()
        source = decode_source(last_read[path.name])
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
        line, reason, code = error.lineno, why_invalid(error), (error.text or "").strip()
    except ValueError as error:  # null bytes, before Python 3.12
        line, reason, code = None, error, ""
    where = say("line {line}", line=line) if line else say("the file as a whole")
    text = say(
        "{file} is not valid Python ({where}: {error}). Until this is put right, nothing "
        "in the file can be checked.",
        file=path.name,
        where=where,
        error=reason,
    )
    if code:
        text += "\n" + say("{file}, line {line}: `{code}`", file=path.name, line=line, code=code)
    raise CheckError(text)


def build(name, *arguments):
    """Return an object of the student's class `name`."""
    return load(name)(*arguments)


def _guarded_import(name, globals=None, locals=None, fromlist=(), level=0):
    """Import as the graded environment does, where there is only NumPy and Python itself."""
    top = name.partition(".")[0]
    if f"{top}.py" in FILES and IMPORTS and not level:
        if top not in sys.modules:
            _loaded(f"{top}.py", top)
        return __import__(name, globals, locals, fromlist, level)
    if level or f"{top}.py" in FILES:
        raise ForbiddenImportError(
            say(
                "`{name}` is imported, but each of your files is graded on its own, without the "
                "others beside it. Take that import out; what a class needs is handed to it.",
                name=name or ".",
            )
        )
    if top not in PACKAGES and top not in sys.stdlib_module_names:
        raise ForbiddenImportError(
            say(
                "`{name}` is imported, but where your code is graded there is only NumPy and "
                "Python's standard library, so this file would fail there.",
                name=top,
            )
        )
    return __import__(name, globals, locals, fromlist, level)


class Student:
    """The student's classes and functions, each an attribute of its name."""

    def __getattr__(self, name):
        return load(name)


class ForbiddenImportError(ImportError):
    """An import that works here, perhaps, but would fail when graded."""
