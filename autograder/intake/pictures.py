"""Tells of a picture what can be told without decoding it: its kind and its size."""

from __future__ import annotations

import base64
import binascii
from typing import Any

PNG, JPEG = "image/png", "image/jpeg"
KINDS = (PNG, JPEG)
#: A PNG begins so, then come the length and the name of its header, width and height.
_PNG, _SIZE_AT = b"\x89PNG\r\n\x1a\n", 16
_JPEG = b"\xff\xd8\xff"
#: The segments of a JPEG in which its size stands, and those after which none follows.
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_LAST = frozenset({0xD9, 0xDA})
#: So many segments of a JPEG are looked at.
_SEGMENTS = 1000


def pixels_of(kind: str, content: bytes) -> int:
    """Return how many pixels a picture has; 0 if it is not of this kind, or says nothing.

    Parameters
    ----------
    kind
        `PNG` or `JPEG`.
    content
        The file.
    """
    if kind == PNG and content.startswith(_PNG):
        size = content[_SIZE_AT : _SIZE_AT + 8]
        return int.from_bytes(size[:4]) * int.from_bytes(size[4:])
    return _pixels_of_jpeg(content) if kind == JPEG and content.startswith(_JPEG) else 0


def _pixels_of_jpeg(content: bytes) -> int:
    place = 2
    for _ in range(_SEGMENTS):
        if content[place : place + 1] != b"\xff" or len(content) < place + 9:
            return 0
        marker = content[place + 1]
        if marker in _FRAMES:
            size = content[place + 5 : place + 9]
            return int.from_bytes(size[:2]) * int.from_bytes(size[2:])
        if marker in _LAST:
            return 0
        # Bytes of 0xff may fill the space between segments.
        place += 1 if marker == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4])
    return 0


def decoded(value: Any, limit: int) -> bytes:
    """Decode a picture as notebooks hold it, in base64; nothing if it is none or larger.

    Parameters
    ----------
    value
        Text, or a list of lines.
    limit
        Of its characters.
    """
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    if not isinstance(value, str) or len(value) > limit:
        return b""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
