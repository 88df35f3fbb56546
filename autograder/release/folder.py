"""Makes the folder that students receive, and checks that it gives nothing away.

Skeletons are the reference solution without what stands between nbgrader's markers. Everything else
is copied as the lab's description says. Translations are compiled, so that students need no more
than Python's own gettext, and documents in Markdown get a page and a PDF beside them.
"""

from __future__ import annotations

import ast
import filecmp
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UserError
from autograder.lab import Lab
from autograder.languages.extraction import extracted_texts
from autograder.languages.translations import compiled, read_translations
from autograder.public.assemble import extracted, has_checker, write_checker, write_words
from autograder.release import notebook as notebooks
from autograder.release.notebook import BEGIN, END, unpaired

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Shorter lines (``return x``, ``)``) stand in everybody's code. White space does not count.
TELLING_LENGTH = 12
_COMPUTES = re.compile(r"self\.|[@*/+<>]")
_JUNK = shutil.ignore_patterns("__pycache__", ".*")


class ReleaseError(UserError):
    """The folder can't be made; the text says why and what to do."""


def skeleton(source: str, name: str) -> str:
    """Take the solutions out of a module.

    Parameters
    ----------
    source
        Its text, with solutions between markers inside functions and methods.
    name
        Its file name, for messages.

    Returns
    -------
    str
        The text with ``raise NotImplementedError`` and the function's name for each solution.

    Raises
    ------
    ReleaseError
        If the markers are not in pairs or not in functions.
    """
    lines = source.splitlines(keepends=True)
    starts = [0, *(line for line, _ in _functions(source)), len(lines)]
    names = ["", *(function for _, function in _functions(source))]
    pieces = []
    for function, start, end in zip(names, starts[:-1], starts[1:], strict=True):
        piece = "".join(lines[start:end])
        if wrong := unpaired(piece):
            raise ReleaseError(f"{name}, line {start + wrong[0]}: {wrong[1]!r} is missing")
        if BEGIN in piece and not function:
            raise ReleaseError(f"{name} has a solution outside of functions; move it into one")
        pieces.append(_cleared(piece, f'raise NotImplementedError("{function}")'))
    return "".join(pieces)


def _functions(source: str) -> list[tuple[int, str]]:
    """Return the line before which each function starts (0-based), and its qualified name."""
    found = []
    for node in ast.parse(source).body:
        methods = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for method in methods:
            if isinstance(method, ast.FunctionDef):
                first = min([method.lineno, *(d.lineno for d in method.decorator_list)])
                found.append((first - 1, prefix + method.name))
    return found


def _cleared(piece: str, stub: str) -> str:
    """Put a stub in the place of each solution, as nbgrader does; the markers are in pairs."""
    kept, inside = [], False
    for line in piece.split("\n"):
        if BEGIN in line:
            kept.append(line[: len(line) - len(line.lstrip())] + stub)
            inside = True
        elif END in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def write_release(lab: Lab) -> None:
    """Make the students' folder anew; an earlier one is replaced whole.

    Raises
    ------
    ReleaseError
        If a source is missing or the folder can't be written.
    NotebookError
        If the notebook can't be made.
    """
    target = lab.root / lab.release.folder
    try:
        with tempfile.TemporaryDirectory(dir=lab.root, prefix=".release-") as temporary:
            draft = Path(temporary) / "draft"
            write_folder(lab, draft)
            if target.exists():
                target.rename(Path(temporary) / "old")
            draft.rename(target)
    except OSError as error:
        raise ReleaseError(f"cannot make {lab.release.folder}: {error}") from error


def write_folder(lab: Lab, draft: Path) -> None:
    """Write what students receive into a folder that is not there yet.

    Raises
    ------
    ReleaseError
        If a skeleton can't be made.
    DocumentError
        If a document can't be made.
    TranslationError
        If translations can't be read.
    OSError
        If something can't be read or written.
    """
    draft.mkdir()
    for name in lab.release.skeletons:
        source = (lab.reference / name).read_text(encoding="utf-8")
        (draft / name).write_text(skeleton(source, name), encoding="utf-8")
    if lab.notebook:
        made = notebooks.student_notebook(read_notebook(lab, lab.notebook), lab.notebook.name)
        text = notebooks.notebook_text(made)
        (draft / f"{lab.name}.ipynb").write_text(text, encoding="utf-8", newline="\n")
    for name, source in lab.release.copies.items():
        origin = lab.root / source
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, draft / name, ignore=_JUNK)
        else:
            shutil.copyfile(origin, draft / name)
    if has_checker(lab):
        write_checker(lab, draft)
        write_words(lab, draft, extracted_texts(lab))
    compile_translations(draft, lab.languages)
    if lab.release.documents:
        # Imported here: grading does without what makes pages and PDFs.
        from autograder.release.documents.write import write_documents

        write_documents(draft, lab.release.documents, lab.languages)


def compile_translations(folder: Path, languages: Sequence[str]) -> None:
    """Put in place of each ``.po`` file in a folder what Python's own gettext reads.

    Parameters
    ----------
    folder
        Where the files are, each as ``zh_TW/LC_MESSAGES/messages.po``.
    languages
        Translations into others are left out.

    Raises
    ------
    TranslationError
        If one can't be read.
    """
    for path in sorted(folder.rglob("*.po")):
        tag = path.parts[-3].replace("_", "-")
        if tag in languages:
            path.with_suffix(".mo").write_bytes(compiled(read_translations(path, tag)))
        path.unlink()


def read_notebook(lab: Lab, path: Path) -> NotebookNode:
    """Read the instructors' notebook, and see that it has a cell for each part of the lab.

    Raises
    ------
    NotebookError
        If it can't be read, or has not.
    """
    notebook = notebooks.source_notebook(path, lab.languages, lab.parts)
    notebooks.check_parts(notebook, lab.parts, path.name)
    return notebook


def check_release(lab: Lab) -> list[str]:
    """List how the students' folder differs from what would be made, and what it gives away.

    Raises
    ------
    ReleaseError
        If it can't be made.
    NotebookError
        If the notebook can't be made.
    """
    target = lab.root / lab.release.folder
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary) / "draft"
        try:
            write_folder(lab, draft)
        except OSError as error:
            raise ReleaseError(f"cannot make {lab.release.folder}: {error}") from error
        made, there = _tree(draft), _tree(target)
        found = [f"{name} is missing from {target.name}/" for name in sorted(made - there)]
        found += [f"{name} should not be in {target.name}/" for name in sorted(there - made)]
        found += [
            f"{target.name}/{name} is not what its source makes"
            for name in sorted(made & there)
            if not filecmp.cmp(draft / name, target / name, shallow=False)
        ]
    return found + list(given_away(lab, target))


def _tree(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def given_away(lab: Lab, folder: Path) -> Iterator[str]:
    """Yield what of the solution and the hidden suites stands in the students' folder."""
    solution, hidden = solution_lines(lab), hidden_passages(lab)
    for name in sorted(_tree(folder)):
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        if name.endswith(".ipynb"):
            text = notebooks.shown_text(text)
        for number, line in enumerate(text.splitlines(), 1):
            if _normal(line) in solution:
                yield f"{folder.name}/{name}, line {number}, is a line of the solution"
        if shared := _passages(text) & hidden:
            yield f"{folder.name}/{name} has lines of a hidden check: {min(shared)[0]}"


def solution_lines(lab: Lab) -> set[str]:
    """Return the telling lines between the markers.

    In a module those that compute, not ``raise ValueError(``; in the notebook all of them, since
    most are the marking guide.
    """
    lines: set[str] = set()
    if lab.notebook:
        for solution in notebooks.solutions(read_notebook(lab, lab.notebook)):
            lines |= set(map(_normal, solution.splitlines()))
    for name in lab.release.skeletons:
        text = (lab.reference / name).read_text(encoding="utf-8")
        for solution in re.findall(f"{BEGIN}(.*?){END}", text, re.DOTALL):
            lines |= {_normal(line) for line in solution.splitlines() if _COMPUTES.search(line)}
    return {line for line in lines if len(line) >= TELLING_LENGTH}


def hidden_passages(lab: Lab) -> set[tuple[str, ...]]:
    """Return every passage of a hidden suite; a single line can stand in anybody's tests."""
    paths = lab.suite.glob("**/*.py")
    hidden = set().union(*(_passages(path.read_text(encoding="utf-8")) for path in paths))
    return hidden.difference(*map(_passages, extracted(lab).values()))


def _passages(text: str) -> set[tuple[str, ...]]:
    lines = [line for line in map(_normal, text.splitlines()) if len(line) >= TELLING_LENGTH]
    return set(zip(lines, lines[1:], lines[2:], strict=False))


def _normal(line: str) -> str:
    return "".join(line.split())
