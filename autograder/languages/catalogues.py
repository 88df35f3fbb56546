"""Catalogues of messages: which there must be, where they are kept, and how they are read.

The engine's messages are kept in this package and a lab's beside the lab, as gettext's ``.po``
files: ``locale/zh_TW/LC_MESSAGES/messages.po``. What must be in them is found in the source:
literals that are handed to a parameter named ``template``, ``message`` or ``what`` (`say`, `fail`,
``assert_array``, ...), the titles of checks, and the texts of the templates.
"""

from __future__ import annotations

import ast
import datetime
import functools
import gettext
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from jinja2.ext import babel_extract

from autograder.lab import Lab
from autograder.languages import LOCALE, SOURCE_LANGUAGE, TranslationError, languages
from autograder.pages import TEMPLATES
from autograder.text import clean

ENGINE = Path(__file__).parents[1]
#: Catalogues bear no date of their own: the history of the project has it.
_NEVER = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_PARAMETERS = frozenset({"template", "message", "what"})
Found = tuple[str, int, "str | tuple[str, ...]"]


def catalogue_path(folder: Path, language: str) -> Path:
    """Say where the catalogue of a language lies."""
    return folder / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"


def load_translations(language: str, folders: Iterable[Path]) -> gettext.NullTranslations:
    """Read the catalogues of a language from some folders, the first before the others.

    Raises
    ------
    TranslationError
        If there is one that can't be read.
    """
    translations = gettext.NullTranslations()
    for folder in reversed(list(folders)):
        path = catalogue_path(folder, language)
        if language == SOURCE_LANGUAGE or not path.exists():
            continue
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(path, language))
        compiled.seek(0)
        found = gettext.GNUTranslations(compiled)
        found.add_fallback(translations)
        translations = found
    return translations


@functools.cache
def speakers(locale: Path | None) -> list[Callable[[str], str]]:
    """Give what translates into each of `languages`, for a lab with such a folder of its own."""
    folders = [locale, LOCALE] if locale else [LOCALE]
    return [load_translations(language, folders).gettext for language in languages()]


def read_catalogue(path: Path, language: str) -> Catalog:
    """Read one catalogue; an empty one if the file is not there.

    Raises
    ------
    TranslationError
        If it can't be read.
    """
    try:
        text = path.read_bytes() if path.exists() else b""
        return read_po(io.BytesIO(text), locale=language.replace("-", "_"), abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise TranslationError(f"cannot read {clean(str(path))}: {clean(str(error))}") from error


def engine_messages() -> Iterator[Found]:
    """Give file, line and text of every message of the engine's."""
    sources = sorted(ENGINE.rglob("*.py"))
    yield from python_messages(sources, sources, ENGINE.parent)
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as file:
            for line, _, text, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), options):
                texts = [text] if isinstance(text, str) else [t for t in text or () if t]
                name = str(path.relative_to(ENGINE.parent))
                yield name, line, tuple(texts) if len(texts) > 1 else texts[0]


def lab_messages(lab: Lab) -> Iterator[Found]:
    """Give file, line and text of every message of a lab's: its suites', its title, its parts."""
    yield "lab.toml", 1, lab.title
    yield from (("lab.toml", 1, part.name) for part in lab.parts if part.whole)
    suites = sorted(lab.suite.glob("*.py"))
    yield from python_messages(suites, [*sorted(ENGINE.rglob("*.py")), *suites], lab.root)
    for path in suites:
        for function in _functions(ast.parse(path.read_bytes())):
            text = ast.get_docstring(function)
            if function.name.startswith("test_") and text:
                yield str(path.relative_to(lab.root)), function.lineno, text.splitlines()[0].strip()


def python_messages(
    paths: Sequence[Path], definitions: Sequence[Path], root: Path
) -> Iterator[Found]:
    """Find the messages in Python files.

    Parameters
    ----------
    paths
        Where to look.
    definitions
        Files whose functions take messages.
    root
        To which the files' names are relative.

    Yields
    ------
    tuple
        File, line, text.
    """
    places: dict[str, int] = {}
    for path in definitions:
        for function in _functions(ast.parse(path.read_bytes())):
            arguments = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
            wanted = [i for i, name in enumerate(arguments) if name in _PARAMETERS]
            if wanted and arguments[0] != "self":
                places[function.name] = wanted[0]
    for path in paths:
        name = str(path.relative_to(root))
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call):
                called = node.func
                method = isinstance(called, ast.Attribute) and called.attr == "say"
                named = "say" if method else getattr(called, "id", "")
                place = places.get(named, len(node.args))
                for value in node.args[place : place + 1]:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield name, value.lineno, value.value


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def update_catalogues(lab: Lab) -> dict[Path, list[str]]:
    """Bring the catalogues of the engine and of a lab up to date.

    Returns
    -------
    dict
        The messages in each file that lack a translation.

    Raises
    ------
    TranslationError
        If one can't be read.
    """
    found = {LOCALE: list(engine_messages())}
    if lab.locale:
        found[lab.locale] = list(lab_messages(lab))
    return {
        (path := catalogue_path(folder, language)): update_catalogue(path, language, messages)
        for folder, messages in found.items()
        for language in languages()[1:]
    }


def update_catalogue(path: Path, language: str, messages: Iterable[Found]) -> list[str]:
    """Bring a catalogue up to date with the messages there are; translations are kept.

    Returns
    -------
    list of str
        The messages that lack a translation.
    """
    before = read_catalogue(path, language)
    locale = language.replace("-", "_")
    after = Catalog(
        locale=locale,
        project="backpropagation-lab",
        version="1",
        msgid_bugs_address="the project",
        last_translator="the project",
        language_team=language,
        creation_date=_NEVER,
        revision_date=_NEVER,
        fuzzy=False,
    )
    after.header_comment = f"# {language}: run python -m autograder messages after a change."
    for file, line, text in messages:
        known = before.get(text if isinstance(text, str) else text[0])
        string = known.string if known and not known.fuzzy else None
        after.add(text, string, locations=[(file, line)])
    written = io.BytesIO()
    write_po(written, after, width=100, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written.getvalue())
    return missing(after)


def missing(catalogue: Catalog) -> list[str]:
    """List the messages of a catalogue that have no translation."""
    lacking = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and not all(strings):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking
