"""Renders the template of a lab, whole or not at all."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2

from autograder.files import write_whole
from autograder.lab_file import load_lab
from autograder.languages import SCAFFOLD_LOCALE, TEMPLATE
from autograder.languages.extraction import (
    docstring_messages,
    lab_messages,
    public_messages,
    update_translations,
)
from autograder.languages.translations import load_language, translations_path
from autograder.scaffold.answers import POINTS, Answers, ScaffoldError

_MODE = 0o644
_ENDING = ".j2"


def make_lab(folder: Path, answers: Answers) -> list[Path]:
    """Make a lab in a folder that is not there yet.

    Parameters
    ----------
    folder
        Where to.
    answers
        What is known of it.

    Returns
    -------
    list of Path
        The files, relative to the folder.

    Raises
    ------
    ScaffoldError
        If the folder is there, or can't be written.
    """
    if folder.exists() or folder.is_symlink():
        raise ScaffoldError(f"{folder} is there already; name a folder that is not")
    folder = folder.resolve()
    above = next(path for path in folder.parents if path.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=".new-lab-", dir=above) as temporary:
            draft = Path(temporary) / answers.name
            written = sorted(write_lab(draft, answers))
            folder.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(folder)
    except OSError as error:
        raise ScaffoldError(f"cannot make {folder}: {error.strerror or error}") from error
    return written


def write_lab(draft: Path, answers: Answers) -> Iterator[Path]:
    """Write a lab's files, and yield the name of each, relative to the lab."""
    values = _values(answers)
    names = {"CLASS": answers.class_module, "FUNCTION": answers.function}
    for source in sorted(TEMPLATE.rglob(f"*{_ENDING}")):
        name = str(source.relative_to(TEMPLATE)).removesuffix(_ENDING)
        for token, text in names.items():
            name = name.replace(token, text)
        for target, language in _targets(name, answers):
            text = _render(source, values, language, answers.languages)
            write_whole(draft / target, text, _MODE)
            yield Path(target)
    yield from _write_translations(draft, answers)


def _targets(name: str, answers: Answers) -> list[tuple[str, str]]:
    """Return what a file of the template becomes, each with its language."""
    made = [(name, answers.written)]
    if name == "handout.md":
        others = [tag for tag in answers.languages if tag != answers.written]
        made += [(f"handout.{tag}.md", tag) for tag in others]
    return made


def _values(answers: Answers) -> dict[str, Any]:
    class_points = max(1, min(answers.points - 1, round(0.6 * answers.points)))
    return {
        "name": answers.name,
        "title": answers.title,
        "heading": re.sub(r"([\\`*_\[\]<>&$|#])", r"\\\1", answers.title),
        "class_name": answers.class_name,
        "class_file": f"{answers.class_module}.py",
        "function": answers.function,
        "function_file": f"{answers.function}.py",
        "languages": list(answers.languages),
        "several": len(answers.languages) > 1,
        "packages": list(answers.packages),
        "points": answers.points != POINTS,
        "class_points": class_points,
        "function_points": answers.points - class_points,
        "handouts": [name for name, _ in _targets("handout.md", answers)],
    }


def _render(source: Path, values: dict[str, Any], language: str, languages: Sequence[str]) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # no HTML is made
    )
    environment.globals |= {
        "_": _translate(language),
        "toml": lambda value: json.dumps(value, ensure_ascii=False),
        "hints": lambda text: "\n".join(
            f"{tag} = {json.dumps(_translate(tag)(text), ensure_ascii=False)}" for tag in languages
        ),
        "cell": lambda text: _cell(text, values, languages),
    }
    return environment.from_string(source.read_text(encoding="utf-8")).render(values)


def _cell(text: str, values: dict[str, Any], languages: Sequence[str]) -> str:
    """Write a cell of the notebook's text, in the first language and then the others."""
    said: list[list[str]] = []
    for tag in languages:
        translated = _translate(tag)(text).format(
            **values | {"title": values["heading"], "handout": _handout(tag, values)}
        )
        said.append(([f"<!-- {tag} -->"] if said else []) + translated.splitlines())
    lines = [line for one in said for line in ([""] if one is not said[0] else []) + one]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _handout(tag: str, values: dict[str, Any]) -> str:
    return f"handout.{tag}.md" if f"handout.{tag}.md" in values["handouts"] else "handout.md"


def _translate(language: str) -> Callable[[str], str]:
    return load_language(language, (SCAFFOLD_LOCALE,)).translations.gettext


def _write_translations(draft: Path, answers: Answers) -> Iterator[Path]:
    """Write the translations of a lab in several languages, taken from those of the template."""
    lab = load_lab(draft / "lab.toml")
    for tag in answers.languages:
        if tag == answers.written or not lab.locale or not lab.release.locale:
            continue
        translate = _translate(tag)

        def known(text: str, translate: Callable[[str], str] = translate) -> str:
            # A title stays as its author wrote it, until somebody translates it.
            return text if text == answers.title else translate(text).removeprefix(text)

        students = lab.root / lab.release.locale
        for path, messages in (
            (translations_path(lab.locale, tag), lab_messages(lab)),
            (translations_path(students, tag), public_messages(lab)),
            (translations_path(students, tag, "docstrings"), docstring_messages(lab)),
        ):
            update_translations(path, tag, messages, known)
            yield path.relative_to(lab.root)
