"""The names of what students write, which a page shows as code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autograder.lab import Lab

#: Finds nothing.
NO_NAMES = re.compile("((?!))")


def code_names(lab: Lab) -> re.Pattern[str]:
    """Return what finds in a text the names of the tasks, their methods, attributes and arguments.

    They are read from the reference. Of attributes and arguments those are left out that could be
    an English word, such as ``layers``. Quoted names are values, and a name within a formula is
    left as the rest of it is.
    """
    found = set(lab.tasks)
    for task, file in lab.tasks.items():
        try:
            tree = ast.parse((lab.reference / file).read_bytes())
        except (OSError, SyntaxError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == task:
                found.update(_names(node))
    if not found:
        return NO_NAMES
    names = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    whole = rf"(?:{names})(?:\.(?:{names}))?(?:\([\w, ]*\))?"
    return re.compile(rf"(?<![\w.'(])({whole})(?![\w']|\.\w)", re.A)


def _names(task: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(task):
        match node:
            case ast.FunctionDef(name=name) if not name.startswith("__"):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if "_" in name or not name[1:]:
                yield name
            case ast.arg(arg=name) if "_" in name:
                yield name
