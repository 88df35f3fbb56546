"""What all pages share: languages, style, and a policy that lets nothing in from outside.

A page holds its text once for each language, and two radio buttons choose by style alone, so that
a student's page needs no script at all. The policy allows the page's own style, and on the class
page its own script, by their digests; everything else is forbidden: other scripts, pictures,
frames, forms and anything fetched.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.lab import Lab
from autograder.languages import LOCALE, languages
from autograder.languages.catalogues import load_translations
from autograder.messages import Message, record, render
from autograder.pages import TEMPLATES
from autograder.text import escape_sequence

#: How a language calls itself.
NAMES = {"en": "English", "zh-TW": "繁體中文"}


#: Characters that would steer what is shown, or that UTF-8 can't hold; see `autograder.text`.
_UNSHOWN = re.compile(
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ud800-\\udfff"
    "\\ufeff\\ufff9-\\ufffb\\U000e0000-\\U000e007f]"
)


#: A space belongs between Chinese and Latin letters, not where a value turned out to be Chinese.
_CHINESE_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3400-\u9fff])")


class Voice:
    """Says everything in one language.

    Attributes
    ----------
    language
        As in ``<html lang>``.
    """

    def __init__(self, language: str, lab: Lab):
        self.language = language
        translations = load_translations(language, [*([lab.locale] if lab.locale else []), LOCALE])
        self.translate = translations.gettext
        self._templates = _environment()
        self._templates.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]

    def say(self, text: Any, **values: Any) -> str:
        """Translate a text with its values, or a message, recorded or not."""
        if isinstance(text, Message):
            text = record(text)
        said = render({"text": text, "values": values} if values else text, self.translate)
        return _CHINESE_GAP.sub("", said) if self.language.startswith("zh") else said

    def render(self, template: str, **context: Any) -> Markup:
        """Fill in a template."""
        return Markup(
            self._templates.get_template(template).render(
                language=self.language, say=self.say, **context
            )
        )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )


class Site:
    """The pages of one grading run.

    Attributes
    ----------
    lab
        What was graded.
    voices
        The languages, the first of which is shown first.
    """

    def __init__(self, lab: Lab, wanted: Sequence[str] = ()):
        self.lab = lab
        self.voices = [Voice(language, lab) for language in wanted or languages()]

    def page(self, title: str, bodies: dict[str, Markup], script: str = "") -> str:
        """Make a whole page of its text in each language."""
        text: str = self._frame.render(
            title=title,
            bodies=bodies,
            names=NAMES,
            style=Markup(self.style),
            script=Markup(script),
            policy=self._policy(script),
        )
        return _UNSHOWN.sub(lambda found: escape_sequence(found[0]), text)

    @cached_property
    def style(self) -> str:
        """The style sheet, with the rules by which the languages are chosen."""
        text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
        for voice in self.voices:
            chosen, others = f"#use-{voice.language}:checked", f":not(:lang({voice.language}))"
            text += f"html:has({chosen}) .page{others} {{ display: none; }}\n"
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
