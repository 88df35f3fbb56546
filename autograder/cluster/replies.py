"""What a worker answers, and how the coordinator reads it, who believes nothing of it."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.examiner.answers import DEPTH_LIMIT, BadAnswer
from autograder.jail.inside.frames import PAYLOAD_LIMIT
from autograder.jail.inside.json_depth import too_deep
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from autograder.messages import from_data
from autograder.text import clean

#: In bytes: of what is said about an answer, and of both, compressed and as it is.
HEAD_LIMIT = 1 << 16
SENT_LIMIT, REPLY_LIMIT = PAYLOAD_LIMIT, HEAD_LIMIT + PAYLOAD_LIMIT
#: What can be of versions, and characters of one and of a reason.
VERSIONS_LIMIT, VERSION_SIZE, REASON_LIMIT = 1000, 200, 1000
#: What reading what is no reply may raise.
_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, RecursionError, zlib.error)
_LAYERS = ((), (LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP))


@dataclass(frozen=True)
class Ready:
    """A worker has the lab, and its sandbox holds.

    Attributes
    ----------
    layers
        Of the sandbox.
    """

    layers: tuple[str, ...]


@dataclass(frozen=True)
class Unfit:
    """A worker can't grade.

    Attributes
    ----------
    worker
        Its address; empty if it says none.
    reason
        Why, in its own words.
    versions
        What it has, if that is why.
    """

    worker: str = ""
    reason: str = ""
    versions: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Examined:
    """A worker has examined a submission.

    Attributes
    ----------
    layers
        Of the sandbox in which it did.
    seconds
        How long that took.
    answer
        The examiner's, unread; None if there is none.
    failed
        Why there is none.
    """

    layers: tuple[str, ...]
    seconds: float
    answer: bytes | None = None
    failed: str | None = None


def pack(head: Mapping[str, Any], answer: bytes = b"") -> bytes:
    """Make a reply; `read_reply` reads it.

    Parameters
    ----------
    head
        The attributes of one of the classes here, as plain data.
    answer
        An examiner's.
    """
    # Compressed here: what Dask compresses can't be bounded before it is unpacked.
    return zlib.compress(json.dumps(head).encode() + b"\n" + answer)


def read_reply(data: bytes) -> Ready | Unfit | Examined:
    """Read a reply, or anything else.

    Raises
    ------
    BadAnswer
        If it is none, or larger than one may be.
    """
    if len(data) > SENT_LIMIT:
        raise BadAnswer("it is too large")
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, REPLY_LIMIT)
        if unpacker.unconsumed_tail:
            raise BadAnswer("it is too large")
        if not unpacker.eof:
            raise BadAnswer("it is not whole")
        line, _, answer = text.partition(b"\n")
        if len(line) > HEAD_LIMIT or too_deep(line, DEPTH_LIMIT):
            raise BadAnswer("it is too large")
        return _read(json.loads(line), answer)
    except _UNREADABLE as error:
        # Not the text, in which there may be what was answered.
        raise BadAnswer(f"it can't be read ({type(error).__name__})") from error


def _read(head: Any, answer: bytes) -> Ready | Unfit | Examined:
    match head:
        case {"layers": list(layers), **rest} if not rest:
            return Ready(_layers(layers))
        case {"worker": str(worker), "reason": str(reason), **rest} if not rest:
            return Unfit(clean(worker, VERSION_SIZE), clean(reason, REASON_LIMIT))
        case {"versions": dict(versions), **rest} if not rest and len(versions) <= VERSIONS_LIMIT:
            return Unfit(versions={n: clean(_text(v), VERSION_SIZE) for n, v in versions.items()})
        case {"layers": list(layers), "seconds": seconds, "failed": failed, **rest} if not rest:
            if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
                raise BadAnswer("a time is no time")
            told = None if failed is None else from_data(failed)
            return Examined(_layers(layers), seconds, answer if told is None else None, told)
    raise BadAnswer("it has not all that it should have")


def _layers(layers: list[Any]) -> tuple[str, ...]:
    if tuple(layers) not in _LAYERS:
        raise BadAnswer("there are no such layers of protection")
    return tuple(layers)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise BadAnswer("a text is none")
    return value
