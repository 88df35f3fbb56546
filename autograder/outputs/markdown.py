"""Text from records as Markdown, as a job of GitHub Actions or a comment shows it.

What comes from a record can be no Markdown and no HTML, and calls nobody: all punctuation is
escaped (CommonMark 0.31, 2.4), and names after ``@`` and numbers after ``#`` are taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: GitHub shows no summary of more than 1 MiB ("Workflow commands", job summaries).
SIZE_LIMIT = 1_000_000
#: Invisible; it keeps a mention or a reference from being one.
_APART = "\N{WORD JOINER}"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CALLS = re.compile(r"(?<=[@#])(?=\w)")


def escape(text: str) -> str:
    """Return Markdown that shows a line of text as it is."""
    return _PUNCTUATION.sub(r"\\\1", _CALLS.sub(_APART, text))


def prose(text: str) -> str:
    """Return Markdown that shows a line of text, what stands between backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # a backtick without another
        return escape(text)
    return "".join(
        f"<code>{escape(piece)}</code>" if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def size_of(lines: Iterable[str]) -> int:
    """Return the number of bytes of some lines, with their ends."""
    return sum(len(line.encode()) + 1 for line in lines)


def text_of(lines: Iterable[str]) -> str:
    """Make text of lines."""
    return "\n".join(lines).rstrip("\n") + "\n"
