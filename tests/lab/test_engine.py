"""The engine knows of no lab: nothing in it names what a lab's students write."""

import ast
import re
from pathlib import Path

import pytest

from autograder.lab_file import load_lab

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "autograder"
LABS = [ROOT / "lab.toml", *sorted(ROOT.glob("labs/*/lab.toml"))]
#: The checksums of what the engine needs are no words.
NO_WORDS = {".lock", ".pyc"}


def names_of(lab):
    """List what a lab alone calls so: tasks, files, parts, methods and attributes."""
    found = {lab.title, *lab.tasks, *lab.files, *(part.name for part in lab.parts)}
    for file in lab.files:
        for node in ast.walk(ast.parse((lab.reference / file).read_bytes())):
            name = getattr(node, "name", None) or getattr(node, "attr", "")
            # Of one plain word, anybody may call something so.
            if isinstance(node, ast.FunctionDef) or isinstance(getattr(node, "ctx", 0), ast.Store):
                found |= {name} if re.search(r"[a-z0-9]_[A-Za-z0-9]", name) else set()
    # A part may be called by a plain word, too.
    return {name for name in found if not name.startswith("_") and name != "Network"}


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.parent.name)
def test_the_engine_names_nothing_of_a_lab(path):
    names = names_of(load_lab(path))
    assert len(names) > 5
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, sorted(names))) + r")\b")
    found = [
        f"{file.relative_to(ROOT)}:{number}: {match[1]}"
        for file in sorted(ENGINE.rglob("*"))
        if file.is_file() and file.suffix not in NO_WORDS
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert not found, "\n".join(found)
