"""The way between an examiner and its supervisor: one frame each, in turns."""

from __future__ import annotations

import array
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from autograder.jail.inside import frames, wire

#: What an examiner asks for, how it ends, and what it is told to do.
WORKER, END, FINGERPRINTS, DONE, FAILED = "worker", "end", "fingerprints", "done", "failed"
SUBMISSION, INSPECTION = "submission", "inspection"
SYMPTOMS, VARIANTS = "symptoms", "variants"
#: So many descriptors may come with one message.
DESCRIPTORS = 4


class Channel:
    """One end.

    Parameters
    ----------
    pipe
        A connected stream socket.
    tick
        Called whenever the pipe looks up (`autograder.jail.processes.tick`); raises to give up.

    Notes
    -----
    What comes in is bounded as frames are, and is plain data; whether it makes sense is for the
    reader to see. Both methods raise `autograder.jail.inside.frames.Disconnected` when the other
    side is gone, and `WireError` when it sends what is no frame.
    """

    def __init__(self, pipe: socket.socket, tick: Callable[[], None] | None = None):
        self.pipe, self._tick = pipe, tick
        self._frames, self._decoder = frames.FrameReader(), wire.Decoder(_no_reference)

    def send(self, message: list[Any], descriptors: tuple[int, ...] = ()) -> None:
        """Send a message, and descriptors with it; these stay open here."""
        view = memoryview(wire.encode(message, wire.plain_data_only)[0])
        if descriptors:
            sent = self._patiently(lambda: socket.send_fds(self.pipe, [view], list(descriptors)))
            view = view[sent:]
        while view:
            view = view[self._patiently(partial(self.pipe.send, view)) :]

    def receive(self) -> tuple[Any, list[int]]:
        """Wait for a message; return it and the descriptors that came with it."""
        descriptors: list[int] = []

        def some(size: int) -> bytes:
            data, ancillary, _, _ = self._patiently(
                lambda: self.pipe.recvmsg(size, socket.CMSG_SPACE(4 * DESCRIPTORS))
            )
            for level, kind, found in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    descriptors.extend(array.array("i", found[: len(found) // 4 * 4]))
            return bytes(data)

        return self._decoder.decode(*self._frames.read(some))[0], descriptors

    def _patiently(self, action: Callable[[], Any]) -> Any:
        while True:
            try:
                return action()
            except BlockingIOError:
                if self._tick:
                    self._tick()
            except ConnectionError:
                raise frames.Disconnected from None


def _no_reference(node: dict[str, Any]) -> NoReturn:
    raise frames.WireError("a reference to nothing")
