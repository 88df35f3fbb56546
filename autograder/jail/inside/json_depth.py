"""How deeply JSON is nested, told before it is parsed.

A parser calls itself for each level, and interpreters differ in how many levels they let it.
"""

from __future__ import annotations

import re

import numpy as np

#: A string of JSON. One that does not end goes to the end of the text, so that time stays linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
#: What each byte outside of strings adds to the depth.
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1


def too_deep(text: bytes, limit: int) -> bool:
    """Return whether JSON is nested more deeply than this, in time linear in its length.

    Parameters
    ----------
    text
        JSON in ASCII; of anything else, what a parser reads before it finds the mistake counts.
    limit
        How many lists and objects may stand within each other.
    """
    if text.count(b"[") + text.count(b"{") <= limit:  # most texts
        return False
    return depth(text) > limit


def depth(text: bytes) -> int:
    """Count how many lists and objects of JSON stand within each other at most."""
    steps = _STEPS[np.frombuffer(_STRING.sub(b"", text), np.uint8)]
    return int(np.cumsum(steps, dtype=np.int32).max(initial=0))
