"""Frames on a pipe: how large one may be, and how it is read.

What is in a frame is `autograder.jail.inside.wire`'s business.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

HEADER = struct.Struct(">II")
JSON_LIMIT = 1 << 20
PAYLOAD_LIMIT = 1 << 24


class WireError(Exception):
    """The bytes are not a frame, or the value cannot cross."""


class Disconnected(Exception):
    """The other side has closed the pipe."""


class FrameReader:
    """Reads frames from a stream, mostly with one call for each."""

    def __init__(self) -> None:
        self.buffer = b""

    def read(self, receive: Callable[[int], bytes]) -> tuple[bytes, bytes]:
        """Wait for one frame.

        Parameters
        ----------
        receive
            Gives up to so many bytes, none when the other side has closed.

        Returns
        -------
        header, body : bytes
            As `autograder.jail.inside.wire.Decoder` takes them.

        Raises
        ------
        WireError
            If the frame is larger than a frame may be.
        Disconnected
            If the other side closes before its end.
        """
        self._fill(HEADER.size, receive)
        header = self.buffer[: HEADER.size]
        text, payload = HEADER.unpack(header)
        if text > JSON_LIMIT or payload > PAYLOAD_LIMIT:
            raise WireError("a frame is larger than allowed")
        end = HEADER.size + text + payload
        self._fill(end, receive)
        body, self.buffer = self.buffer[HEADER.size : end], self.buffer[end:]
        return header, body

    def _fill(self, count: int, receive: Callable[[int], bytes]) -> None:
        if not self.buffer:  # mostly a frame is there, whole and alone
            self.buffer = receive(1 << 16)
            if not self.buffer:
                raise Disconnected
        if len(self.buffer) >= count:
            return
        parts, size = [self.buffer], len(self.buffer)
        while size < count:
            part = receive(1 << 16)
            if not part:
                raise Disconnected
            parts.append(part)
            size += len(part)
        self.buffer = b"".join(parts)
