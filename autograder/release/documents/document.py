"""A document in Markdown, and what its page and its PDF have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import mistune

from autograder.errors import UserError

#: As GitHub, which wants spaces around a formula; Chinese punctuation brings its own.
_WIDE = "[\\u3000-\\u303f\\uff00-\\uffef]"
_SPACE = re.compile(f"(?<=\\$) (?={_WIDE})|(?<={_WIDE}) (?=\\$)")


#: Code of so many characters stands on one line, and so does each word of longer code.
WHOLE = 18


class DocumentError(UserError):
    """A document can't be made; the text says why and what to do."""


@dataclass(frozen=True)
class Document:
    """A text in Markdown.

    Attributes
    ----------
    path
        Its file; what it shows lies beside it.
    language
        A tag such as ``zh-TW``.
    others
        The names of all documents, which link to each other.
    """

    path: Path
    language: str
    others: frozenset[str]

    @property
    def text(self) -> str:
        """What stands in it."""
        return _SPACE.sub("", self.path.read_text(encoding="utf-8"))

    @property
    def title(self) -> str:
        """The first heading."""
        found = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        if found is None:
            raise DocumentError(f"{self.path.name} has no title; begin it with a line like # Title")
        return found[1]

    @property
    def tokens(self) -> list[dict[str, Any]]:
        """The text as mistune's tokens."""
        return self._parsed(None)

    def render(self, renderer: mistune.HTMLRenderer) -> str:
        """Render the text."""
        return str(self._parsed(renderer))

    def _parsed(self, renderer: mistune.HTMLRenderer | None) -> Any:
        return mistune.create_markdown(renderer=renderer, plugins=["math", "table"])(self.text)

    def target(self, url: str, suffix: str) -> str:
        """Return a link's address in a document of another kind."""
        name, mark, anchor = unquote(url).partition("#")
        if name in self.others:
            name = str(Path(name).with_suffix(suffix))
        return name + mark + anchor

    def picture(self, url: str) -> str:
        """Read a drawing.

        Raises
        ------
        DocumentError
            If it is no SVG file beside the document.
        """
        path = self.path.parent / url
        if path.suffix != ".svg" or not path.is_file():
            raise DocumentError(f"{self.path.name} shows {url}, which is no SVG file beside it")
        return path.read_text(encoding="utf-8")


def slug(heading: str) -> str:
    """Return the anchor of a heading as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
