"""The lab's parts, as ``lab.json`` has them: what students write, and what is graded of it."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Part:
    """A part of the lab.

    Attributes
    ----------
    title : str
        As it stands in grades; the class, if the part is one.
    points : int
        What the graded checks of it give.
    graded : str
        What the graded checks look at that these checks do not, in words; may be empty.
    files : tuple of str
        In which its classes and functions are.
    prefix : str
        ``"Layer."`` if the part is the class ``Layer``, and else empty.
    methods : tuple of str
        What students write of it, in the order of the checks, without the prefix.
    public_points : int
        What these checks stand for, all together.
    """

    title: str
    points: int
    graded: str
    files: tuple = ()
    prefix: str = ""
    methods: tuple = ()
    public_points: int = 0

    @property
    def file(self):
        """The first of its files."""
        return self.files[0]

    @property
    def names(self):
        """What students write of it, each with its class."""
        return tuple(self.prefix + method for method in self.methods)


def _part(values):
    return Part(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


_LAB = json.loads(Path(__file__).with_name("lab.json").read_text(encoding="utf-8"))

PARTS = {name: _part(values) for name, values in _LAB["parts"].items()}
"""Those that have checks here, by their short names."""
BEYOND = tuple(map(_part, _LAB["beyond"]))
"""Those that only the graded checks look at."""
TASKS = _LAB["tasks"]
"""What students write, classes and functions, and the file of each."""
FUNCTIONS = tuple(_LAB["functions"])
"""Those of the tasks that are functions."""
FILES = tuple(dict.fromkeys(TASKS.values()))
PACKAGES = tuple(_LAB["packages"])
"""What may be imported besides Python's own modules."""
IMPORTS = _LAB["imports"]
"""Whether the files may import each other."""
NOTEBOOK = _LAB["notebook"]
"""Its name; None if there is none."""
QUESTIONS = tuple(_LAB["questions"])
"""The cells of the notebook's questions, which a person grades."""
QUESTION_POINTS = _LAB["question_points"]
"""What they give, all together."""
LEFT = tuple(_LAB["left"])
"""What is left to do when all checks pass, each with a text and a command."""
FILE_KIB, NOTEBOOK_KIB, ARCHIVE_KIB = _LAB["limits"]
"""How large what is handed in may be."""
DOCSTRINGS = tuple(_LAB["docstrings"])
"""The files whose docstrings and comments are translated."""


def part_of(check):
    """Return the part that a check is of."""
    return PARTS[check.__module__.rpartition(".")[2].removeprefix("test_")]


def full_calls(check):
    """List what a check calls of the student's, each with its class; nothing for no check."""
    if not hasattr(check, "calls"):
        return []
    prefix = part_of(check).prefix
    return [prefix + name for name in check.calls]
