"""Finds the messages that need a translation, and brings the files of translations up to date.

Messages are found in the source: literals that are handed to a parameter named ``template``,
``message`` or ``what`` (`say`, `fail`, ``assert_array``, ...), also by way of a variable of the
same file, the titles of checks, and the texts of the templates. The docstrings of the students'
files have translations of their own.
"""

from __future__ import annotations

import ast
import io
import re
import tempfile
import tokenize
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from autograder.lab import Lab
from autograder.languages import (
    LOCALE,
    NEVER,
    SCAFFOLD_LOCALE,
    SOURCE_LANGUAGE,
    TEMPLATE,
    TranslationError,
)
from autograder.languages.translations import read_translations, translations_path
from autograder.pages import TEMPLATES
from autograder.public.assemble import FILES, PUBLIC_LOCALE, extracted, texts_in_description
from autograder.release.notebook import BEGIN, END

ENGINE = Path(__file__).parents[1]
#: Translations do not change with the version of Babel.
_SIGNATURE = re.compile(rb'"Generated-By: .*\n')
_PARAMETERS = frozenset({"template", "message", "what"})
Found = tuple[str, int, "str | tuple[str, ...]"]


def engine_messages() -> Iterator[Found]:
    """Yield file, line and text of every message of the engine's."""
    sources = [path for path in sorted(ENGINE.rglob("*.py")) if FILES not in path.parents]
    yield from python_messages(sources, sources, ENGINE.parent)
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as file:
            for line, _, text, _ in babel_extract(file, ("_", "gettext", "ngettext"), (), options):
                texts = [text] if isinstance(text, str) else [t for t in text or () if t]
                name = str(path.relative_to(ENGINE.parent))
                yield name, line, tuple(texts) if len(texts) > 1 else texts[0]


def lab_messages(lab: Lab) -> Iterator[Found]:
    """Yield file, line and text of every message of a lab's: its suites', its title, its parts."""
    yield "lab.toml", 1, lab.title
    yield from (("lab.toml", 1, part.name) for part in lab.parts if part.uses)
    suites = sorted(lab.suite.glob("*.py"))
    yield from python_messages(suites, [*sorted(ENGINE.rglob("*.py")), *suites], lab.root)
    yield from _titles(suites, lab.root)


def public_messages(lab: Lab) -> Iterator[Found]:
    """Yield file, line and text of every message of the checks that students receive."""
    copied = [lab.root / source for source in lab.release.copies.values()]
    copied += [lab.root / lab.release.checks] if lab.release.checks else []
    paths = sorted(
        path
        for source in copied
        for path in (source.rglob("*.py") if source.is_dir() else [source])
        if path.suffix == ".py"
    )
    yield from (("lab.toml", 1, text) for text in texts_in_description(lab))
    yield from python_messages(paths, [*sorted(FILES.rglob("*.py")), *paths], lab.root)
    yield from _titles(paths, lab.root)


def scaffold_messages() -> Iterator[Found]:
    """Yield file, line and text of every message of the template of a new lab."""
    keywords = ("_", "hints", "cell")
    options = {"trimmed": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    for path in sorted(TEMPLATE.rglob("*.j2")):
        with path.open("rb") as file:
            for line, _, text, _ in babel_extract(file, keywords, (), options):
                if isinstance(text, str):
                    yield str(path.relative_to(ENGINE.parent)), line, text


def checker_messages() -> Iterator[Found]:
    """Yield file, line and text of every message of the checker that the engine gives students."""
    paths = sorted(FILES.rglob("*.py"))
    yield from python_messages(paths, paths, ENGINE.parent)


def extracted_texts(lab: Lab) -> set[str]:
    """Return what the public checks that are made of the lab's suites say."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name, text in extracted(lab).items():
            (root / name).write_text(text, encoding="utf-8")
        paths = sorted(root.glob("*.py"))
        found = [*python_messages(paths, [*sorted(FILES.rglob("*.py")), *paths], root)]
        found += _titles(paths, root)
    return {text for _, _, text in found if isinstance(text, str)}


def docstring_messages(lab: Lab) -> Iterator[Found]:
    """Yield file, line and text of every docstring and comment that students get translated."""
    for name in lab.release.docstrings:
        path = _source(lab, name)
        file, shown = str(path.relative_to(lab.root)), True
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                continue
            if text := ast.get_docstring(node):
                yield file, getattr(node, "lineno", 1), text
        with path.open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                if token.type == tokenize.COMMENT:
                    if token.string in (BEGIN, END):
                        shown = token.string == END
                    elif shown:
                        yield file, token.start[0], token.string.removeprefix("# ")


def _source(lab: Lab, name: str) -> Path:
    """Return what a file of the students' folder is made from."""
    if name in lab.release.skeletons:
        return lab.reference / name
    for target, source in lab.release.copies.items():
        if name == target or name.startswith(f"{target}/"):
            return lab.root / (source + name.removeprefix(target))
    raise TranslationError(f"lab.toml: {name} in [release] docstrings is not among what is copied")


def _titles(paths: Iterable[Path], root: Path) -> Iterator[Found]:
    """Find the titles of checks: the first lines of their docstrings."""
    for path in paths:
        for function in _functions(ast.parse(path.read_bytes())):
            text = ast.get_docstring(function)
            if function.name.startswith("test_") and text:
                yield str(path.relative_to(root)), function.lineno, text.splitlines()[0].strip()


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
    for file, line, value in _handed_over(paths, definitions, root):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield file, line, value.value


def put_together(lab: Lab) -> list[str]:
    """Name the places where a lab's checks say a text that can't be found for translation."""
    suites = sorted(lab.suite.glob("*.py"))
    found = _handed_over(suites, [*sorted(ENGINE.rglob("*.py")), *suites], lab.root)
    places = dict.fromkeys((file, line) for file, line, value in found if _has_words(value))
    return [
        f"{file}, line {line}, puts together what students read, so it can't be translated; write "
        'say("... {name} ...", name=...)'
        for file, line in places
    ]


def _has_words(value: ast.expr) -> bool:
    """Return whether a text is put together of more than the names in a piece of code."""
    if not isinstance(value, ast.JoinedStr | ast.BinOp):
        return False
    parts = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant)]
    return any(re.search(r"[^\W\d_]{2} |[\u3000-\uffff]", str(part)) for part in parts)


def _handed_over(
    paths: Sequence[Path], definitions: Sequence[Path], root: Path
) -> Iterator[tuple[str, int, ast.expr]]:
    """Yield what is handed over as a message: file, line, and the expression."""
    places: dict[str, int] = {}
    for path in definitions:
        for function in _functions(ast.parse(path.read_bytes())):
            arguments = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
            wanted = [i for i, name in enumerate(arguments) if name in _PARAMETERS]
            if wanted and arguments[0] != "self":
                places[function.name] = wanted[0]
    for path in paths:
        name = str(path.relative_to(root))
        tree = ast.parse(path.read_bytes())
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        assigned.setdefault(target.id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                method = isinstance(called, ast.Attribute) and called.attr == "say"
                named = "say" if method else getattr(called, "id", "")
                place = places.get(named, len(node.args))
                for given in node.args[place : place + 1]:
                    of_name = assigned.get(given.id, []) if isinstance(given, ast.Name) else [given]
                    yield from ((name, value.lineno, value) for value in of_name)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def untranslated_engine(lab: Lab) -> list[str]:
    """Return the languages of a lab into which the engine is not translated."""
    others = (tag for tag in lab.languages if tag != SOURCE_LANGUAGE)
    return [tag for tag in others if not translations_path(LOCALE, tag).exists()]


def update_all(lab: Lab) -> dict[Path, list[str]]:
    """Bring the translations of the engine and of a lab up to date.

    Into a language that the engine does not speak, its messages are translated with the lab's.

    Returns
    -------
    dict
        The messages in each file that lack a translation.

    Raises
    ------
    TranslationError
        If one can't be read.
    """
    spoken = [path.name.replace("_", "-") for path in sorted(LOCALE.iterdir())]
    own = (
        (LOCALE, list(engine_messages())),
        (PUBLIC_LOCALE, list(checker_messages())),
        (SCAFFOLD_LOCALE, list(scaffold_messages())),
    )
    wanted = [(translations_path(place, tag), tag, texts) for place, texts in own for tag in spoken]
    wanted += _of_lab(lab)
    return {path: update_translations(path, tag, messages) for path, tag, messages in wanted}


def untranslated(lab: Lab) -> dict[Path, list[str]]:
    """Return what a lab's own translations lack, without changing them.

    Returns
    -------
    dict
        The messages that lack a translation, by the file in which it belongs.

    Raises
    ------
    TranslationError
        If one can't be read.
    """
    lacking = {}
    for path, tag, messages in _of_lab(lab):
        known = read_translations(path, tag)
        texts = [text if isinstance(text, str) else text[0] for _, _, text in messages]
        whole = [message for message in known if message.id and not message.fuzzy]
        said = {m.id if isinstance(m.id, str) else m.id[0] for m in whole}
        gone = {*missing(known)} | {text for text in texts if text not in said}
        lacking[path] = [text for text in dict.fromkeys(texts) if text in gone]
    return lacking


def _of_lab(lab: Lab) -> list[tuple[Path, str, list[Found]]]:
    """Return a lab's files of translations, each with its language and its messages."""
    wanted = []
    others = untranslated_engine(lab)
    engine = list(engine_messages()) if others else []
    checker = list(checker_messages()) if others else []
    for tag in lab.languages:
        if tag != SOURCE_LANGUAGE and lab.locale:
            extra = engine if tag in others else []
            path = translations_path(lab.locale, tag)
            wanted.append((path, tag, [*lab_messages(lab), *extra]))
        if tag != SOURCE_LANGUAGE and lab.release.locale:
            folder = lab.root / lab.release.locale
            extra = checker if tag in others else []
            path = translations_path(folder, tag)
            wanted.append((path, tag, [*public_messages(lab), *extra]))
            if lab.release.docstrings:
                path = translations_path(folder, tag, "docstrings")
                wanted.append((path, tag, list(docstring_messages(lab))))
    return wanted


def update_translations(
    path: Path,
    tag: str,
    messages: Iterable[Found],
    translate: Callable[[str], str] | None = None,
) -> list[str]:
    """Bring a file of translations up to date with the messages there are; what is there is kept.

    Parameters
    ----------
    path, tag
        The file, and its language.
    messages
        File, line and text of each.
    translate
        Translates what is new; an empty text if it can't.

    Returns
    -------
    list of str
        The messages that lack a translation.
    """
    before = read_translations(path, tag)
    after = Catalog(
        locale=tag.replace("-", "_"),
        project="backpropagation-lab",
        version="1",
        msgid_bugs_address="the project",
        last_translator="the project",
        language_team=tag,
        creation_date=NEVER,
        revision_date=NEVER,
        fuzzy=False,
    )
    after.header_comment = (
        f"# {tag}: run python -m autograder messages after a change.\n"
        '# "English" is translated as what this language calls itself.'
    )
    for file, line, text in messages:
        known = before.get(text if isinstance(text, str) else text[0])
        string = known.string if known and not known.fuzzy else None
        if not string and translate and isinstance(text, str):
            string = translate(text) or None
        after.add(text, string, locations=[(file, line)])
    output = io.BytesIO()
    write_po(output, after, width=100, include_lineno=False)
    written = _SIGNATURE.sub(b"", output.getvalue())
    if not path.exists() or written != path.read_bytes():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    return missing(after)


def missing(translations: Catalog) -> list[str]:
    """List the messages that have no translation."""
    lacking = []
    for message in translations:
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and not all(strings):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking
