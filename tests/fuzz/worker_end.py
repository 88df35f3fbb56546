"""The worker's end of a pipe, which sends what it is told to and keeps what it receives."""

import contextlib
import select
import socket
import threading

from autograder.jail.inside import frames, wire
from autograder.jail.processes import tick
from autograder.suites.budget import Budget
from autograder.suites.clock import Clock
from autograder.suites.connection import Connection


class Reference:
    """What `frame_of` sends as this JSON object."""

    def __init__(self, node):
        self.node = node

    def __repr__(self):  # in the names of tests, where an address would be new each time
        return f"Reference({self.node})"


def frame_of(message, payload=b""):
    """Make the frame of a message, and append bytes."""
    frame, _ = wire.encode(message, lambda reference: reference.node)
    return frame + payload


def raw_frame(text, payload=b""):
    """Make a frame of bytes that no honest encoder would send."""
    return frames.HEADER.pack(len(text), len(payload)) + text + payload


class WorkerEnd:
    """Sends bytes, then closes its side, and all the while reads what comes."""

    def __init__(self, pipe, data):
        self.pipe, self.data, self.received = pipe, memoryview(data), bytearray()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        self.pipe.setblocking(False)
        with contextlib.suppress(OSError):
            if not self.data:
                self.pipe.shutdown(socket.SHUT_WR)
            while True:
                readable, writable, _ = select.select(
                    [self.pipe], [self.pipe] if self.data else [], []
                )
                if readable:
                    part = self.pipe.recv(1 << 16)
                    if not part:
                        return
                    self.received += part
                if writable:
                    self.data = self.data[self.pipe.send(self.data[: 1 << 16]) :]
                    if not self.data:
                        self.pipe.shutdown(socket.SHUT_WR)

    def messages(self):
        """Give what was received, once the other side has closed."""
        self.thread.join(10)
        data, found = bytes(self.received), []
        while data:
            text, payload = frames.HEADER.unpack(data[:8])
            end = 8 + text + payload
            found.append(wire.Decoder(Reference).decode(data[:8], data[8:end])[0])
            data = data[end:]
        return found


@contextlib.contextmanager
def connected(*frames, seconds=20.0, hosts=()):
    """Give a connection whose worker sends these bytes, and the worker's end."""
    ours, theirs = socket.socketpair()
    tick(ours)
    connection = Connection(ours, Clock(call_seconds=seconds), Budget())
    for host in hosts:
        connection.hosts.reference(host)
    end = WorkerEnd(theirs, b"".join(frames))
    try:
        yield connection, end
    finally:
        ours.close()
        end.thread.join(10)
        theirs.close()
