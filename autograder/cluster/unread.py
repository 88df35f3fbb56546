"""A connection to Dask's scheduler over which nothing is unpickled, and no message is too large.

Dask's client unpickles what workers made: results, exceptions, and the type of every result,
whatever deserializers it was told to use. So the client is given addresses of schemes of our own,
over which `distributed` talks as it always does, but messages are read here. Of values, bytes that
were sent as bytes come through, as `Sent`; everything else becomes an empty one, or None.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import msgpack
from distributed.comm.core import CommClosedError
from distributed.comm.registry import backends
from distributed.comm.tcp import (
    TCP,
    TLS,
    BaseTCPBackend,
    TCPConnector,
    TLSConnector,
    convert_stream_closed_error,
    read_bytes_rw,
)
from distributed.protocol.utils import msgpack_opts, unpack_frames
from tornado.iostream import StreamClosedError

#: In bytes, of a message with all that comes with it, and of what is said of these.
MESSAGE_LIMIT, TABLE_LIMIT = 256 << 20, 16 << 20
#: Before the scheme of an address.
PREFIX = "unread-"
#: What a scheduler passes on that only a person would read, and that workers can write anything in.
_NOT_HEARD = frozenset({"event", "error"})
_SIZE = struct.Struct("Q")


class TooLarge(OSError):
    """A message is larger than one may be."""


class Sent(Exception):
    """A value as it came, which nobody has looked into.

    An exception, since Dask's client raises what it takes for one.

    Attributes
    ----------
    content
        The bytes; None if they were not sent as bytes.
    """

    def __init__(self, content: bytes | None = None):
        super().__init__("a value that is not read")
        self.content = content


def read_message(frames: Sequence[bytes | memoryview]) -> Any:
    """Return a message of Dask's, with every value in it as `Sent`.

    Parameters
    ----------
    frames
        As `distributed.protocol.loads` takes them.

    Raises
    ------
    ValueError
        If it is none.
    """
    if len(frames[0]) > TABLE_LIMIT:
        raise TooLarge("a message is larger than allowed")

    def of_dict(table: dict[Any, Any]) -> Any:
        place = table.get("__Serialized__")
        if type(place) is int and 0 < place < len(frames):
            return _sent(frames, place)
        if not {"__Serialized__", "__Pickled__"}.isdisjoint(table):
            return Sent()
        if "__Set__" in table:
            return set(table["as-list"])
        if "__Enum__" in table:
            return str(table["name"])
        if "traceback" in table:
            table["traceback"] = None
        if type(table.get("exception")) is bytes:
            table["exception"] = Sent(table["exception"])
        return {key: _inert(value) for key, value in table.items()}

    def of_list(values: list[Any]) -> Any:
        heard = (each for each in values if not _not_heard(each))
        return tuple(_inert(each) for each in heard)

    return msgpack.loads(frames[0], object_hook=of_dict, list_hook=of_list, **msgpack_opts)


def _inert(value: Any) -> Any:
    """Return what can't be taken for a pickle; of Dask's own messages, nothing else is in bytes."""
    return None if type(value) is bytes else value


def _not_heard(value: Any) -> bool:
    return type(value) is dict and value.get("op") in _NOT_HEARD


def _sent(frames: Sequence[bytes | memoryview], place: int) -> Sent:
    """Return a value that was serialized; see `distributed.protocol.serialize`."""
    header = msgpack.loads(frames[place], **msgpack_opts)
    number, packed = header["num-sub-frames"], header.get("compression")
    of_bytes = header.get("serializer") == "dask" and header.get("type") == "bytes"
    if not of_bytes or (packed and any(packed)):
        return Sent()
    return Sent(b"".join(frames[place + 1 : place + 1 + number]))


class _Unread(TCP):
    """An established connection."""

    async def read(self, deserializers: object = None) -> Any:
        """Read a message, as `TCP.read` does; `deserializers` are not used."""
        stream = self.stream
        if stream is None:
            raise CommClosedError
        try:
            (size,) = _SIZE.unpack(await stream.read_bytes(_SIZE.size))
            left = _less(MESSAGE_LIMIT, size)
            start = await read_bytes_rw(stream, size)
            frames, sizes = unpack_frames(start, partial=True)
            for each in sizes:
                left = _less(left, each)
                frames.append(await read_bytes_rw(stream, each))
            return read_message(frames)
        except StreamClosedError as error:
            self.stream, self._closed = None, True
            convert_stream_closed_error(self, error)
        except BaseException:
            self.abort()
            raise


def _less(left: int, size: int) -> int:
    if size > left:
        raise TooLarge("a message is larger than allowed")
    return left - size


class _UnreadTLS(_Unread, TLS):
    """The same, encrypted."""


class _Connector(TCPConnector):
    comm_class = _Unread


class _TLSConnector(TLSConnector):
    comm_class = _UnreadTLS


class _Backend(BaseTCPBackend):
    _connector_class = _Connector


class _TLSBackend(BaseTCPBackend):
    _connector_class = _TLSConnector


def unread(address: str) -> str:
    """Return the address by which Dask's client reaches a scheduler over such a connection.

    Parameters
    ----------
    address
        Starts with ``tcp://`` or ``tls://``.
    """
    backends.setdefault(f"{PREFIX}tcp", _Backend())
    backends.setdefault(f"{PREFIX}tls", _TLSBackend())
    return f"{PREFIX}{address}"
