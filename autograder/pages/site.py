"""What all pages share: languages, style, and a policy that lets nothing in from outside.

A page holds its text once for each language. Its address chooses by style alone, as in
``index.html#zh-TW``, so that a student's page needs no script at all and a link leads to a
language. The policy allows the page's own style, and on the class page its own script, by their
digests; everything else is forbidden: other scripts, pictures, frames, forms and anything fetched.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.lab import Lab
from autograder.languages.translations import Language, lab_languages, say_in
from autograder.messages import say
from autograder.pages import TEMPLATES
from autograder.pages.graph import load_graph
from autograder.pages.names import code_names
from autograder.release.questions import questions
from autograder.text import escape_sequence, points_text

#: Characters that would steer what is shown, or that UTF-8 can't hold; see `autograder.text`.
_UNSHOWN = re.compile(
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ud800-\\udfff"
    "\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f]"
)
#: So many pieces of a page are put together before they are written.
PIECES = 1000


def _environment(language: Language | None = None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["points"] = points_text
    if language:
        environment.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


class Site:
    """The pages of one grading run.

    Attributes
    ----------
    lab
        What was graded.
    languages
        The first is shown first.
    graph
        What is computed from what in the lab; None if it has none.
    questions
        Of its notebook, which people grade.
    names
        Of what students write, to be shown as code.

    Raises
    ------
    LabError
        If the graph can't be read.
    """

    def __init__(self, lab: Lab, wanted: Sequence[str] = ()):
        self.lab = lab
        self.languages = lab_languages(lab, wanted)
        self.graph, self.questions, self.names = load_graph(lab), questions(lab), code_names(lab)
        self._templates = {language.tag: _environment(language) for language in self.languages}

    def render(self, template: str, language: Language, **context: Any) -> Iterator[Markup]:
        """Fill in a template in a language, piece by piece."""
        page = self._templates[language.tag].get_template(template)
        known = {"language": language.tag, "space": language.space, "say": language.say}
        stream = page.stream(known | context)
        stream.enable_buffering(PIECES)
        return map(Markup, stream)

    def page(self, title: str, bodies: dict[str, Iterator[Markup]], script: str = "") -> str:
        """Make a whole page of its text in each language."""
        return "".join(self.pieces(title, bodies, script))

    def pieces(
        self, title: str, bodies: dict[str, Iterator[Markup]], script: str = ""
    ) -> Iterator[str]:
        """Make a page as `page` does, and give it piece by piece, each when it is asked for."""
        stream = self._frame.stream(
            title=title,
            bodies=bodies,
            names={language.tag: language.name for language in self.languages},
            choose=say_in(self.languages, say("Language")),
            style=Markup(self.style),
            script=Markup(script),
            policy=self._policy(script),
        )
        stream.enable_buffering(PIECES)
        return (_UNSHOWN.sub(lambda found: escape_sequence(found[0]), text) for text in stream)

    @cached_property
    def style(self) -> str:
        """The style sheet, with the rules by which the languages are chosen."""
        text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
        for i, language in enumerate(self.languages):
            own = f'[lang="{language.tag}"]'
            chosen = f".page{own}:target, .page{own} :target"
            for state in (f":has({chosen})", *([":not(:has(:target))"] if i == 0 else [])):
                text += (
                    f"html{state} :is(.page:not({own}), .languages a{own}) {{ display: none; }}\n"
                )
        return text

    @cached_property
    def _frame(self) -> Any:
        return _environment().get_template("page.html")

    def _policy(self, script: str) -> str:
        rules = ["default-src 'none'", f"style-src {_digest(self.style)}"]
        rules += [f"script-src {_digest(script)}"] if script else []
        return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
