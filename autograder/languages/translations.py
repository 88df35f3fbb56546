"""Languages, and the translations by which the project speaks them.

What is said is English in the source. Its translations are gettext's ``.po`` files: the engine's
are kept in this package and a lab's beside the lab, ``locale/zh_TW/LC_MESSAGES/messages.po``.
Which languages there are is said by the lab.
"""

from __future__ import annotations

import functools
import gettext
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.lab import Lab
from autograder.languages import LOCALE, SOURCE_LANGUAGE, TranslationError
from autograder.messages import Said, render, then
from autograder.text import clean

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

#: A space belongs between Chinese and Latin letters, not where a value turned out to be Chinese.
_CHINESE_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class Language:
    """Says everything in one language.

    Attributes
    ----------
    tag
        As in ``<html lang>``, such as ``zh-TW``.
    translations
        Of the lab and of the engine.
    """

    tag: str
    translations: gettext.NullTranslations

    @property
    def name(self) -> str:
        """What the language calls itself, which its translators give for "English"."""
        name = self.say("English")
        return name if self.tag == SOURCE_LANGUAGE or name != "English" else self.tag

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return self.say(then("", ""))

    def say(self, template: Said, **values: object) -> str:
        """Translate a text with its values, or a message, stored or not."""
        said = {"text": template, "values": values} if values else template
        text = render(said, self.translations.gettext)
        return _CHINESE_GAP.sub("", text) if self.tag.startswith("zh") else text


def lab_languages(lab: Lab, wanted: Sequence[str] = ()) -> list[Language]:
    """Return the languages of a lab.

    Parameters
    ----------
    lab
        Which says what languages there are.
    wanted
        Those to give, in this order; all by default.

    Raises
    ------
    TranslationError
        If the lab has not one that is wanted, or its translations can't be read.
    """
    for tag in wanted:
        if tag not in lab.languages:
            raise TranslationError(
                f"this lab is not in {clean(tag)!r}; choose from {', '.join(lab.languages)}"
            )
    folders = (lab.locale, LOCALE) if lab.locale else (LOCALE,)
    return [load_language(tag, folders) for tag in dict.fromkeys(wanted or lab.languages)]


@functools.cache
def load_language(tag: str, folders: tuple[Path, ...] = (LOCALE,)) -> Language:
    """Read the translations into a language from some folders, the first before the others.

    Raises
    ------
    TranslationError
        If there are some that can't be read.
    """
    translations = gettext.NullTranslations()
    for folder in reversed(folders):
        path = translations_path(folder, tag)
        if tag == SOURCE_LANGUAGE or not path.exists():
            continue
        found = gettext.GNUTranslations(io.BytesIO(compiled(read_translations(path, tag))))
        found.add_fallback(translations)
        translations = found
    return Language(tag, translations)


def say_in(languages: Iterable[Language], message: Said, between: str = " / ") -> str:
    """Say a message in some languages, one after another; what is the same in two, once."""
    return between.join(dict.fromkeys(language.say(message) for language in languages))


def translations_path(folder: Path, tag: str, of: str = "messages") -> Path:
    """Return where the translations into a language lie, of messages or of docstrings."""
    return folder / tag.replace("-", "_") / "LC_MESSAGES" / f"{of}.po"


def read_translations(path: Path, tag: str) -> Catalog:
    """Read one file of translations; none if the file is not there.

    Raises
    ------
    TranslationError
        If it can't be read.
    """
    # Imported here: who hears only English needs no Babel.
    from babel.messages.pofile import PoFileError, read_po

    try:
        text = path.read_bytes() if path.exists() else b""
        return read_po(io.BytesIO(text), locale=tag.replace("-", "_"), abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise TranslationError(f"cannot read {clean(str(path))}: {clean(str(error))}") from error


def compiled(catalog: Catalog) -> bytes:
    """Return translations as a ``.mo`` file, which is the same with every version of Babel."""
    from babel.messages.mofile import write_mo

    file = io.BytesIO()
    write_mo(file, _Unsigned(catalog))  # type: ignore[arg-type]
    return file.getvalue()


class _Unsigned:
    """Translations whose header does not name the version of Babel that read them."""

    def __init__(self, catalog: Catalog):
        self.charset = catalog.charset
        self._messages = list(catalog)
        header = self._messages[0]
        lines = str(header.string).splitlines(keepends=True)
        header.string = "".join(line for line in lines if not line.startswith("Generated-By"))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._messages)
