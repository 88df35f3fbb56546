"""Puts the checker that students receive together, for a lab that has public checks.

It is what is in ``files``; the lab's own checks and hints, the folder that `Release.checks` names;
the checks of its suites that are marked as theirs; and ``lab.json``, what the checker knows of the
lab. Its words are the engine's and the lab's, in all languages of the lab.
"""

from __future__ import annotations

import ast
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.lab import Lab, LabError, Part
from autograder.languages import LOCALE, NEVER, SOURCE_LANGUAGE
from autograder.languages.translations import read_translations, translations_path
from autograder.public.extract import public_checks, public_module
from autograder.release.notebook import BEGIN
from autograder.release.questions import questions
from autograder.suite_file import keyword

FILES = Path(__file__).parent / "files"
#: Where the checker's own words are translated.
PUBLIC_LOCALE = LOCALE.parents[1] / "public" / "locale"
#: Only useful where there are several languages.
_OF_LANGUAGES = ("language.py", "docstrings.py")
JUNK = shutil.ignore_patterns("__pycache__", ".*")


def has_checker(lab: Lab) -> bool:
    """Return whether a lab has checks that students receive."""
    return bool(lab.release.checks) or any(_marked(part, lab) for part in lab.parts)


def write_checker(lab: Lab, draft: Path) -> None:
    """Write the checker into the students' folder.

    Raises
    ------
    LabError
        If a check uses what students do not have.
    OSError
        If something can't be read or written.
    """
    left_out = {*(_OF_LANGUAGES if len(lab.languages) == 1 else ())}
    left_out |= set() if (made := extracted(lab)) else {"asserts.py"}
    shutil.copytree(
        FILES,
        draft,
        dirs_exist_ok=True,
        ignore=lambda folder, names: {*JUNK(folder, names), *(left_out & set(names))},
    )
    if lab.release.checks:
        own = lab.root / lab.release.checks
        shutil.copytree(own, draft / "checks", dirs_exist_ok=True, ignore=JUNK)
    if lab.release.locale:
        words = lab.root / lab.release.locale
        shutil.copytree(words, draft / "checks" / "locale", dirs_exist_ok=True, ignore=JUNK)
    for name, text in made.items():
        (draft / "checks" / name).write_text(text, encoding="utf-8")
    described = json.dumps(_described(lab), indent=1, ensure_ascii=False)
    (draft / "checks" / "lab.json").write_text(described + "\n", encoding="utf-8")


def extracted(lab: Lab) -> dict[str, str]:
    """Return the modules that are made of checks marked in the suites, by their names.

    Raises
    ------
    LabError
        If a check uses what students do not have, or the lab has a module of that name.
    """
    found = {}
    for part in lab.parts:
        if not _marked(part, lab):
            continue
        if lab.release.checks and (lab.root / lab.release.checks / part.suite).exists():
            raise LabError(
                f"{part.suite} has checks that students receive, and so has the file of that name "
                f"in {lab.release.checks}; keep them in one of the two"
            )
        source = (lab.suite / part.suite).read_text(encoding="utf-8")
        tasks = _tasks_of(part, lab)
        prefix = _prefix(part, tasks, lab)
        text = public_module(source, part.suite, _methods(tasks, lab), prefix, _helpers(lab))
        found[part.suite] = text
    return found


def _helpers(lab: Lab) -> dict[str, str]:
    """Return the modules that the suites share, by the names by which they import them."""
    package = ".".join(lab.suite.relative_to(lab.root).parts)
    suites = {part.suite for part in lab.parts}
    paths = [path for path in sorted(lab.suite.glob("*.py")) if path.name not in suites]
    return {f"{package}.{path.stem}": path.read_text(encoding="utf-8") for path in paths}


def short_name(part: Part) -> str:
    """Return what a part is called on a command line."""
    return part.suite.removesuffix(".py").removeprefix("test_")


def texts_in_description(lab: Lab) -> Iterator[str]:
    """Yield what students read of the description, in the checker."""
    yield from (part.graded for part in lab.parts if part.graded)
    yield from (text for text, _ in lab.release.left)


def _marked(part: Part, lab: Lab) -> bool:
    return bool(public_checks((lab.suite / part.suite).read_text(encoding="utf-8"), part.suite))


def _described(lab: Lab) -> dict[str, Any]:
    """Return what the checker knows of the lab."""
    modules, limits = _modules(lab), lab.limits
    asked = questions(lab)
    parts, beyond = {}, []
    for part in lab.parts:
        values = {"title": part.name, "points": part.points, "graded": part.graded}
        if part.suite not in modules:
            beyond.append(values)
            continue
        tasks = _tasks_of(part, lab)
        prefix = _prefix(part, tasks, lab)
        written = [name.removeprefix(prefix) for name in _methods(tasks, lab)]
        mentioned, points = _about(modules[part.suite])
        parts[short_name(part)] = values | {
            "files": list(dict.fromkeys(lab.tasks[task] for task in tasks)),
            "prefix": prefix,
            "methods": list(dict.fromkeys([m for m in mentioned if m in written] + written)),
            "public_points": points,
        }
    return {
        "parts": parts,
        "beyond": beyond,
        "tasks": lab.tasks,
        "functions": [name for name in lab.tasks if not _is_class(name, lab)],
        "packages": ["numpy", *lab.packages],
        "imports": any(part.uses for part in lab.parts if part.suite in modules),
        "notebook": f"{lab.name}.ipynb" if lab.notebook else None,
        "questions": [question.name for question in asked],
        "question_points": sum(question.points for question in asked),
        "left": [{"text": text, "command": command} for text, command in lab.release.left],
        "limits": [limits.file_kib, limits.notebook_kib, limits.archive_mib * 1024],
        "docstrings": list(lab.release.docstrings) if len(lab.languages) > 1 else [],
    }


def _modules(lab: Lab) -> dict[str, str]:
    """Return the text of every module of public checks, by its name."""
    own = lab.root / lab.release.checks if lab.release.checks else None
    there = {path.name: path.read_text("utf-8") for path in own.glob("test_*.py")} if own else {}
    return there | extracted(lab)


def _tasks_of(part: Part, lab: Lab) -> list[str]:
    """Return the tasks that a part's checks are of.

    A part that is called as a task has those of the same file, too, which no other part is called
    as.
    """
    if part.name in lab.tasks:
        others = {each.name for each in lab.parts} - {part.name}
        same = [task for task, file in lab.tasks.items() if file == lab.tasks[part.name]]
        return [task for task in same if task not in others]
    tree = ast.parse((lab.suite / part.suite).read_bytes())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [task for task in lab.tasks if task in used] or list(lab.tasks)


def _prefix(part: Part, tasks: list[str], lab: Lab) -> str:
    return f"{part.name}." if tasks == [part.name] and _is_class(part.name, lab) else ""


def _definition(task: str, lab: Lab) -> ast.AST | None:
    tree = ast.parse((lab.reference / lab.tasks[task]).read_bytes())
    kinds = (ast.ClassDef, ast.FunctionDef)
    return next((n for n in tree.body if isinstance(n, kinds) and n.name == task), None)


def _is_class(task: str, lab: Lab) -> bool:
    return not isinstance(_definition(task, lab), ast.FunctionDef)


def _methods(tasks: list[str], lab: Lab) -> list[str]:
    """List what students write of some tasks, each method with its class."""
    found = []
    for task in tasks:
        source = (lab.reference / lab.tasks[task]).read_text(encoding="utf-8")
        node = _definition(task, lab)
        body = node.body if isinstance(node, ast.ClassDef) else [node]
        functions = [f for f in body if isinstance(f, ast.FunctionDef)]
        prefix = f"{task}." if isinstance(node, ast.ClassDef) else ""
        marked = [f for f in functions if BEGIN in (ast.get_source_segment(source, f) or "")]
        found += [prefix + function.name for function in marked or functions]
    return found


def _about(module: str) -> tuple[list[str], int]:
    """Return the methods that the checks of a module are about, in order, and all its points."""
    methods: list[str] = []
    points = 0
    for node in ast.parse(module).body:
        for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "about":
                points += int(keyword(mark, "points", 0))
                methods += [str(a.value) for a in mark.args if isinstance(a, ast.Constant)]
    return methods, points


def write_words(lab: Lab, draft: Path, messages: set[str]) -> None:
    """Put the checker's words beside the lab's own, for each language, as a ``.po`` file.

    Parameters
    ----------
    lab
        Whose students' folder it is.
    draft
        The folder, with the lab's translations of its own public checks in ``checks/locale``.
    messages
        What the public checks made of the lab's suites say; only of these may students have the
        translations that the lab has of its suites.

    Raises
    ------
    TranslationError
        If translations can't be read.
    """
    from babel.messages.pofile import write_po

    for tag in lab.languages:
        if tag == SOURCE_LANGUAGE:
            continue
        path = translations_path(draft / "checks" / "locale", tag)
        words = read_translations(path, tag)
        for folder in filter(None, (PUBLIC_LOCALE, lab.locale)):
            for message in read_translations(translations_path(folder, tag), tag):
                known = words.get(message.id) if message.id else None
                wanted = folder == PUBLIC_LOCALE or message.id in messages
                if message.id and wanted and not (known and known.string):
                    words.add(message.id, message.string)
        words.creation_date = words.revision_date = NEVER
        if len(words):
            output = io.BytesIO()
            write_po(output, words)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(output.getvalue())
