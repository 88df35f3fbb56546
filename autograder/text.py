"""Text from students, made safe to show.

Names, messages and output are untrusted: they may hold terminal commands, formulas for a
spreadsheet, text that runs right to left, or bytes that are not text at all.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

TEXT_LIMIT = 500
#: Spreadsheet programs take a CSV for UTF-8 only if it starts with this.
BYTE_ORDER_MARK = "\ufeff"
_AFTER_SEPARATOR = re.compile(r"([;\t][\s\"]*)(?=[=+\-@])")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return one line of harmless text.

    Control, formatting (right-to-left marks among them) and unassigned characters and lone
    surrogates are written as escapes; white space is folded; what is longer than `limit`
    characters is cut.

    Parameters
    ----------
    text
        Any text.
    limit
        The length of the result.
    """
    safe = _harmless(_folded(text[: 4 * limit]))
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def _folded(text: str) -> str:
    return " ".join(text.split())


def escape_sequence(character: str) -> str:
    """Write a character as Python does in a string."""
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def clean_lines(text: str, limit: int) -> str:
    """Return text of several lines, each as harmless as `clean` makes it, with its indentation.

    Parameters
    ----------
    text
        Any text.
    limit
        The length of the result, in characters.
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    lines = shown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(_harmless, lines))


def _harmless(text: str) -> str:
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    control = character != "\t" and unicodedata.category(character)[0] == "C"
    return escape_sequence(character) if control else character


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Name what is nearest to a name that is not known, to go on a sentence with; may be empty."""
    near = difflib.get_close_matches(name, list(known), 3)
    return f"; did you mean {' or '.join(map(clean, near))}?" if near else ""


def problem_of(error: BaseException) -> str:
    """Return one line about an exception, whatever it is and whoever wrote its class."""
    name = clean(type(error).__name__, 100)
    try:
        text = clean(str(error))
    except Exception:
        return name
    return f"{name}: {text}" if text else name


def csv_cell(text: str) -> str:
    """Return text that a spreadsheet shows and does not evaluate.

    A cell that starts with one of ``= + - @``, a tab or a carriage return is taken for a formula
    by spreadsheet programs (OWASP, "CSV Injection"); an apostrophe before it prevents that. So is
    what comes after a semicolon or a tab where that, and not a comma, separates cells.
    """
    text = _AFTER_SEPARATOR.sub(r"\1'", text)
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@", "\t", "\r") and text else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Write CSV with cells quoted where needed; None is an empty cell.

    Quoting is that of RFC 4180. Lines end with a line feed, as in all other files that are written
    here: spreadsheets and learning platforms read both, and `grep` and `diff` only this.
    """
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def counted(number: int, thing: str) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> counted(1, "submission"), counted(2, "submission")
    ('1 submission', '2 submissions')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def points_text(points: float | None) -> str:
    """Write points with at most two decimals, and what nobody gave or is no number as nothing."""
    if points is None or not math.isfinite(points):
        return ""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
