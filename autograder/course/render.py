"""Renders Markdown that students wrote as HTML that can't do anything."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote

import nh3
from jinja2 import pass_context
from markupsafe import escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.intake.pictures import KINDS
from autograder.languages.translations import Language, say_in
from autograder.messages import say

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "span"),
    *("ul", "ol", "li", "dl", "dt", "dd", "em", "strong", "del", "sub", "sup", "a", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "img"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "th": {"align"},
    "td": {"align"},
    "ol": {"start"},
    "img": {"src", "alt"},
}
#: A picture's tag that has lost its address.
_LOST = re.compile(r'<img(?: (?!src=)[a-z]+="[^"]*")*>')
#: So often is one picture shown in a cell; each time the page holds all of it.
REPEATS = 3
#: Processor seconds for one text, and for all of a notebook.
SECONDS, ALL_SECONDS = 1.0, 2.0
#: So short code is colored soon enough, whatever it is.
SHORT = 1000
_LEXER, _FORMATTER = PythonLexer(), HtmlFormatter()
UNSHOWN = say("a picture is not shown here: only pasted PNG and JPEG of a moderate size are")


class _Renderer(IPythonRenderer):
    """Shows pictures that belong to the cell, and of others nothing."""

    def __init__(self, attachments: Mapping[str, Mapping[str, str]]):
        super().__init__(escape=False)
        self._attachments = attachments
        self._shown: dict[str, int] = {}

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture's tag; without its address if it is not to be shown."""
        name = url.removeprefix("attachment:")
        bundle = self._attachments.get(name) or self._attachments.get(unquote(name)) or {}
        kind = next((kind for kind in KINDS if kind in bundle), None)
        shown = self._shown[name] = self._shown.get(name, 0) + 1
        alt = escape(text)
        if name == url or kind is None or shown > REPEATS:
            return f'<img alt="{alt}">'
        return f'<img src="data:{kind};base64,{bundle[kind]}" alt="{alt}">'


def render(
    source: str, attachments: Mapping[str, Mapping[str, str]], languages: Sequence[Language]
) -> str:
    """Render Markdown, keeping text, its structure, links into the web, and the cell's pictures.

    nbconvert's own filter lets through HTML, links with scripts, and diagrams that its pages run
    as programs; pictures from elsewhere would tell who looks at a page and when.

    Parameters
    ----------
    source
        Markdown, mathematics included.
    attachments
        The cell's pictures: name -> kind -> base64.
    languages
        In which it is said that a picture is not shown.
    """
    pictures = {
        f"data:{kind};base64,{content}"
        for bundle in attachments.values()
        for kind, content in bundle.items()
        if kind in KINDS
    }

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return value if value in pictures else None
        return None if value.strip().lower().startswith("data:") else value

    html = nh3.clean(
        MarkdownWithMath(renderer=_Renderer(attachments)).render(source),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return _LOST.sub(f"<em>[{escape(say_in(languages, UNSHOWN, ' · '))}]</em>", html)


def markdown_filter(
    languages_of: Callable[[Path], Sequence[Language]],
) -> Callable[[Any, str], str]:
    """Make the filter by which nbconvert's templates show Markdown.

    Parameters
    ----------
    languages_of
        Gives the languages of the lab whose notebook is in a folder.
    """

    @pass_context
    def safe_markdown(context: Any, source: str) -> str:
        languages = languages_of(Path(context["resources"]["metadata"]["path"]))
        return render(source, context.get("cell", {}).get("attachments") or {}, languages)

    return safe_markdown


@cache
def prepare() -> None:
    """Import what is imported when it is first needed, for a process that can't."""
    render("# a\n\n|b|\n|-|\n|c|\n\n```python\nd\n```\n<b>e</b>", {}, ())
    highlight("f", _LEXER, _FORMATTER)


class _TooSlow(Exception):
    pass


class Patience:
    """Tells which texts can be rendered in the time that a page may take.

    To be used in the main thread of a process that may be ended, since not everything that takes
    long can be interrupted.
    """

    def __init__(self) -> None:
        self._left = ALL_SECONDS

    def renders(self, text: str, *, code: bool = False) -> bool:
        """Return whether a text can be rendered soon enough, and without a failure.

        Parameters
        ----------
        text
            Markdown, or code that is to be colored.
        code
            Which of the two.
        """
        if code and len(text) < SHORT:
            return True
        if self._left <= 0:
            return False
        before = signal.signal(signal.SIGVTALRM, _stop)
        limit = min(SECONDS, self._left)
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        try:
            if code:
                highlight(text, _LEXER, _FORMATTER)
            else:
                render(text, {}, ())
            return True
        except Exception:  # of many kinds, such as a RecursionError
            return False
        finally:
            self._left -= limit - signal.setitimer(signal.ITIMER_VIRTUAL, 0)[0]
            signal.signal(signal.SIGVTALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise _TooSlow
