"""A document as one HTML page, which needs no script and nothing else from outside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import jinja2
import mistune
from markupsafe import Markup, escape
from mistune.util import striptags, unescape

from autograder.release.documents.document import WHOLE, Document, slug
from autograder.release.documents.formulas import mathml, parts

#: Wider cells of tables may be broken into lines; a Chinese character is two columns wide.
_SHORT = 12
#: In longer words of code a line may be broken after one of these, if it is not near the end.
_BREAK = re.compile(r"(?<=[_(=/\\-])(?=\w{5})")


def page(document: Document) -> str:
    """Return the page.

    Raises
    ------
    DocumentError
        If the document has no title, or a picture can't be shown.
    FormulaError
        If a formula can't be read.
    """
    renderer = _Renderer(document)
    body = document.render(renderer)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html.j2").render(
        language=document.language,
        title=document.title,
        sections=renderer.sections,
        body=Markup(body),  # the lab's own text, and rendered with what is HTML in it escaped
        pdf=document.path.with_suffix(".pdf").name,
    )


class _Renderer(mistune.HTMLRenderer):
    """Formulas as MathML, drawings inside, and headings that can be linked to."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.sections: list[tuple[str, str]] = []

    def block_math(self, text: str) -> str:
        formulas = "\n".join(mathml(part, display=True) for part in parts(text))
        return f'<div class="formulas">\n{formulas}\n</div>\n'

    def codespan(self, text: str) -> str:
        if len(text) <= WHOLE:
            return Markup('<code class="whole">{}</code>').format(text)
        words = (
            Markup('<span class="whole">{}</span>').format(word)
            if len(word) <= WHOLE
            else Markup("<wbr>").join(_BREAK.split(word))
            for word in text.split(" ")
        )
        return Markup("<code>{}</code>").format(Markup(" ").join(words))

    def inline_math(self, text: str) -> str:
        return mathml(text)

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        title = unescape(striptags(text))
        if level == 2:
            self.sections.append((slug(title), title))
        return super().heading(text, level, id=slug(title))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self.document.target(url, ".html"), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        drawing = self.document.picture(url)
        label = escape(unescape(striptags(text)))
        return re.sub(r"<svg\b", f'<svg role="img" aria-label="{label}"', drawing, count=1)

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag = "th" if head else "td"
        width = sum(1 + (east_asian_width(c) in "WF") for c in striptags(text))
        short = ' class="short"' if width <= _SHORT else ""
        return f"<{tag}{short}>{text}</{tag}>\n"

    def paragraph(self, text: str) -> str:
        if text.startswith("<svg"):
            return f'<figure tabindex="0">{text}</figure>\n'  # on a narrow page it is scrolled
        return super().paragraph(text)
