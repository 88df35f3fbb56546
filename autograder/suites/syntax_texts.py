"""Says why Python cannot read a line, where its own words leave students in the dark.

Characters that look like others, and syntax that is newer than the Python that grades. What is said
is found in the student's own line and depends on nothing that code could choose while it runs.
"""

from __future__ import annotations

import re
import sys

from autograder.messages import Message, say

#: So much of a line is looked at.
LINE_LIMIT = 400
VERSION = sys.version_info[:2]

_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff"
_QUOTES = {"“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'"}
_CHINESE = {"、": ",", "。": ".", "「": '"', "」": '"', "『": '"', "』": '"', "【": "[", "】": "]"}
_SIGNS = {"−": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "²": "**2"}
_DASHES = dict.fromkeys("‐‑‒–—―", "-")
_OTHERS = {"′": "'", "″": '"', "´": "'", "…": "...", "→": "->"}

_FOREIGN = re.compile("invalid (?:non-printable )?character")
_UNENDED = re.compile("unterminated .*string literal")
#: What stands in quotes or behind a number sign may hold any character.
_QUOTED = re.compile(r""""[^"]*"|'[^']*'|#.*""")

_FIELD = r"""\{{(?:(?!\1)[^{{}}])*{}(?:(?!\1)[^{{}}])*\}}"""
_F_STRING = r"""\b[fF][rR]?(["'])(?:(?!\1).)*?"""
#: What a version brought: an expression that finds it in a line, and its name.
NEWER: list[tuple[tuple[int, int], re.Pattern[str], Message]] = [
    (
        (3, 12),
        re.compile(_F_STRING + _FIELD.format(r"\1(?:(?!\1)[^{}])*\1")),
        say("an f-string with its own kind of quotes inside of the braces"),
    ),
    (
        (3, 12),
        re.compile(_F_STRING + _FIELD.format(r"\\")),
        say("an f-string with a backslash inside of the braces"),
    ),
    ((3, 12), re.compile(r"\s*type\s+\w+\s*(?:\[.*\]\s*)?="), say("a type statement")),
    (
        (3, 13),
        re.compile(r"\s*(?:class|(?:async\s+)?def|type)\s+\w+\s*\[[^\]]*="),
        say("a type parameter with a default"),
    ),
    (
        (3, 12),
        re.compile(r"\s*(?:class|(?:async\s+)?def)\s+\w+\s*\["),
        say("type parameters in brackets"),
    ),
    ((3, 14), re.compile(r"""(?:.*[\s=(,\[{:])?[tT][rR]?["']"""), say("a template string, t'...'")),
]


def why_unreadable(text: str, line: str, version: tuple[int, int] = VERSION) -> Message | None:
    """Say why Python cannot read a line, if that can be told better than Python does.

    Parameters
    ----------
    text
        What Python said.
    line
        The line that it names.
    version
        Of the Python that said so.

    Returns
    -------
    Message or None
        None if there is nothing better to say.
    """
    line = line[:LINE_LIMIT]
    if _FOREIGN.search(text):
        foreign = [c for c in _QUOTED.sub("", line) + line if is_foreign(c)]
        return about_character(foreign[0]) if foreign else None
    if _UNENDED.search(text):
        quotes = [c for c in line if c in _QUOTES or c in "＂＇"]
        if quotes:
            return about_character(quotes[-1])
    for newer, expression, what in NEWER:
        if newer > version and expression.match(line):
            return _newer(newer, what)
        if newer > version and "f-string" in what and expression.search(line):
            return _newer(newer, what)
    return None


def _newer(version: tuple[int, int], what: Message) -> Message:
    return say(
        "this line needs Python {version} or later, since it has {what}; write it without",
        what=what,
        version=version_text(version),
    )


def version_text(version: tuple[int, ...] = VERSION) -> str:
    """Write a version of Python as people do.

    Examples
    --------
    >>> version_text((3, 14))
    '3.14'
    """
    return ".".join(map(str, version))


def is_foreign(character: str) -> bool:
    """Return whether Python takes a character in strings and comments only."""
    if character.isascii():
        return False
    # Names may end in any digit and in a middle dot; numbers and products have others.
    return not f"a{character}".isidentifier() or character in "·０１２３４５６７８９"


def about_character(character: str) -> Message:
    """Name a character that looks like another one, and say what to type instead.

    Examples
    --------
    >>> print(about_character("\uff09"))
    there is the full-width character ） (U+FF09), as Chinese input methods write it; type ) instead
    """
    code = f"U+{ord(character):04X}"
    if character == "\u3000":
        return say(
            "there is a full-width space ({code}), as Chinese input methods write it; type an "
            "ordinary space instead",
            code=code,
        )
    if character in _SPACES:
        no_break = character in "\u00a0\u202f"
        return say(
            "there is {space} ({code}), which looks like an ordinary space; it comes along from "
            "web pages and documents: type an ordinary space instead",
            space=say("a no-break space") if no_break else say("a special space"),
            code=code,
        )
    if character in _INVISIBLE:
        return say(
            "there is an invisible character ({code}), which comes along from web pages and "
            "documents; delete it, or write the line again by hand",
            code=code,
        )
    if character in _QUOTES:
        return say(
            "there is a curly quote, {character} ({code}), which Python does not take for a "
            "quote; type {ordinary} instead",
            character=character,
            code=code,
            ordinary=_QUOTES[character],
        )
    full_width = "\uff01" <= character <= "\uff5e"
    if full_width or character in _CHINESE:
        return say(
            "there is the full-width character {character} ({code}), as Chinese input methods "
            "write it; type {ordinary} instead",
            character=character,
            code=code,
            ordinary=chr(ord(character) - 0xFEE0) if full_width else _CHINESE[character],
        )
    ordinary = (_DASHES | _SIGNS | _OTHERS).get(character)
    if ordinary is None:
        return say(
            "there is the character {character} ({code}), which Python takes in strings and "
            "comments only; delete it, or type another one",
            character=character,
            code=code,
        )
    return say(
        "there is the character {character} ({code}), as documents are typeset with; type "
        "{ordinary} instead",
        character=character,
        code=code,
        ordinary=ordinary,
    )
