"""Names of files that are nearly those that the lab asks for.

What systems and people make of a name: other letter case, ``running (1).py`` of a browser,
``running-1.py`` of Canvas, ``Copy of running.py`` of Google, ``running.py.txt`` of an
editor.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

_PREFIX = re.compile(r"^copy of\s+")
_SUFFIX = re.compile(
    r"(\s*\(\d{1,3}\)|-\d{1,3}"
    r"|\s*-?\s+(copy|\u8907\u88fd|\u62f7\u8c9d)|\s*\u7684?\u526f\u672c)$"  # Chinese for copy
)


@functools.lru_cache(1000)  # of thousands of students, most call a file the same
def plain_name(name: str) -> str:
    """Return a file's name without what is added to names; equal for all that come from one.

    Examples
    --------
    >>> plain_name("Copy of Running (2).py.txt")
    'running.py'
    """
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    without = text.removesuffix(".txt")
    if PurePosixPath(without).suffix:
        text = without
    path = PurePosixPath(text)
    stem, ending = (path.stem, path.suffix) if path.name else (text, "")
    for pattern in (_PREFIX, _SUFFIX, _SUFFIX):
        stem = pattern.sub("", stem).strip()
    return stem + ending


def near_names(wanted: Iterable[str]) -> dict[str, str]:
    """Return the names under which files are sought, by their `plain_name`.

    Two of which that is the same are left out: a file that is nearly the one is nearly the other.
    """
    names = list(wanted)
    plain = [plain_name(name) for name in names]
    return {
        key: name for key, name in zip(plain, names, strict=True) if key and plain.count(key) == 1
    }
