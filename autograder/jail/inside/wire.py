"""Plain data to bytes and back, for two processes of which one is hostile.

A frame is two lengths and two blocks::

    u32 length of the JSON | u32 length of the payload | JSON | payload

The JSON is a tree of values; all but lists and what JSON has itself carry a tag. The numbers of
arrays, long lists of floats and bytes lie in the payload, and the tree says where. Nothing is ever
unpickled, and NumPy's own file format is not used either: ``np.load(allow_pickle=False)``
allocates what a forged header asks for. Every length is checked before anything is read or made.

What isn't plain data (an object, a function) crosses as a reference, which `encode` and `Decoder`
leave to the functions that they are given.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from autograder.jail.inside.frames import HEADER, JSON_LIMIT, PAYLOAD_LIMIT, WireError
from autograder.jail.inside.json_depth import too_deep

#: So deep may lists, tuples and dicts stand within each other. Each is at most three levels of
#: JSON, as are an array and a reference: {"dict":[[key,value]]}, {"array":[dtype,[axes],start]}.
DEPTH_LIMIT = 16
JSON_DEPTH_LIMIT = 3 * (DEPTH_LIMIT + 1)
#: Dtypes that may cross: numbers of fixed size, no objects, no strings, no records.
DTYPES = frozenset(
    ["|b1", "|i1", "|u1"]
    + [f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)]
    + ["<f2", "<f4", "<f8", "<c8", "<c16"]
)
#: An array of more axes takes long to print or to sum up, and none of a lab's has so many.
AXES_LIMIT = 8
#: Keys of one dict, or elements of one set.
KEYS_LIMIT = 1000
#: The sum of the squares of these numbers in one frame: where hashes are equal, the time.
KEYS_WORK_LIMIT = 4 * KEYS_LIMIT**2
#: A key can be a tuple or a frozenset of so many values, and in it others of these, so deep.
KEY_SIZE_LIMIT, KEY_DEPTH_LIMIT = 64, 3
#: Steps in which two keys are compared; and those that each of the numbers above stands for.
KEY_STEPS_LIMIT, KEY_STEPS = KEY_SIZE_LIMIT**2, 8
#: References in one frame.
REFERENCES_LIMIT = 1000
#: What can't be a key.
_NO_KEYS = (list, dict, set, np.ndarray)
#: What can be one, with others in it.
_COMPOUND = (tuple, frozenset)
_AS_IT_IS = frozenset({type(None), bool, str, float})
#: What can cross besides arrays and the values above; of scalars not all.
_PLAIN: tuple[Any, ...] = (list, tuple, dict, np.generic, bytes, set, frozenset)
#: So many digits in a row that they may be an integer of more than 64 bits.
_LONG_NUMBER = re.compile(rb"\d{19}")
_NOTHING = memoryview(b"")
_DTYPES = {name: np.dtype(name) for name in DTYPES}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
# What it is given was made for it, so there are no circles to be looked for.
_TO_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
TAGS = frozenset(
    {"tuple", "dict", "set", "frozenset", "array", "scalar", "floats", "bytes", "complex"}
)


class _Encoder:
    """Builds the tree and the payload of one frame."""

    def __init__(self, export: Callable[[Any], dict[str, Any]]):
        self.export = export
        self.payload = bytearray()
        self.arrays: list[np.ndarray] = []
        self.keys = _Keys()

    def store(self, data: bytes) -> int:
        start = len(self.payload)
        if start + len(data) > PAYLOAD_LIMIT:
            raise WireError(f"a value is larger than {PAYLOAD_LIMIT >> 20} MiB")
        self.payload += data
        return start

    def tree(self, value: Any, depth: int = 0) -> Any:
        if depth > DEPTH_LIMIT:
            raise WireError(f"a value is nested more than {DEPTH_LIMIT} deep")
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        if kind is list and len(value) <= 16:  # which most of a message is made of
            return [x if type(x) in _AS_IT_IS else self.tree(x, depth + 1) for x in value]
        if kind is int:
            if not -(2**63) <= value < 2**63:
                raise WireError("an integer needs more than 64 bits")
            return value
        if kind is np.ndarray and (name := _crosses(value.dtype)):
            self.arrays.append(value)
            return {"array": self.numbers(value, name)}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if not isinstance(value, _PLAIN):
            return self.export(value)
        if isinstance(value, np.generic) and (name := _crosses(value.dtype)):
            return {"scalar": self.numbers(np.asarray(value), name)}
        if kind is bytes:
            return {"bytes": [self.store(value), len(value)]}
        if isinstance(value, list):
            if len(value) > 16 and all(map(isinstance, value, itertools.repeat(float))):
                return {"floats": [self.store(np.array(value, "<f8").tobytes()), len(value)]}
            return [x if type(x) in _AS_IT_IS else self.tree(x, depth + 1) for x in value]
        if isinstance(value, tuple):
            return {"tuple": [self.tree(item, depth + 1) for item in value]}
        for kind in (set, frozenset):
            if isinstance(value, kind):
                self.keys.check(list(value))
                return {kind.__name__: [self.tree(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            pairs = value.items()
            self.keys.check([key for key, _ in pairs])
            return {"dict": [[self.tree(x, depth + 1) for x in pair] for pair in pairs]}
        return self.export(value)

    def numbers(self, array: np.ndarray, name: str) -> list[Any]:
        if array.ndim > AXES_LIMIT:
            raise WireError(f"an array has more than {AXES_LIMIT} axes")
        if _span(array.shape, array.dtype) > PAYLOAD_LIMIT:  # before a broadcast one is written out
            raise WireError(f"an array is larger than {PAYLOAD_LIMIT >> 20} MiB")
        data = array.astype(_DTYPES[name], copy=False)
        return [name, list(array.shape), self.store(data.tobytes())]


def _crosses(dtype: np.dtype) -> str:
    """Return the name with which numbers of this kind cross; an empty one if they can't."""
    if name := _NAMES.get(dtype):  # most
        return name
    name = dtype.newbyteorder("<").str
    return name if name in DTYPES else ""


def _span(shape: Sequence[int], dtype: np.dtype) -> int:
    """Count the bytes of an array, one without entries as if its empty axes had one.

    The sums of an array of no rows and 2**40 columns would be 2**40 numbers.
    """
    return math.prod([length or 1 for length in shape]) * dtype.itemsize


def plain_data_only(value: Any) -> NoReturn:
    """Refuse what is no plain data, where nothing else is to cross: for `encode` and `Decoder`."""
    raise WireError(f"{type(value).__name__} is not plain data")


def encode(message: Any, export: Callable[[Any], dict[str, Any]]) -> tuple[bytes, list[np.ndarray]]:
    """Make a frame of a message.

    Parameters
    ----------
    message
        None, bool, int, float, complex, str, bytes, NumPy arrays and scalars, and lists, tuples,
        dicts and sets of those; anything else goes through `export`.
    export
        Gives the reference, a JSON object, that stands for what is not plain data. Raises
        `WireError` when that must not cross.

    Returns
    -------
    frame : bytes
    arrays : list of ndarray
        The arrays in the message, in the order in which a `Decoder` meets them.

    Raises
    ------
    WireError
        If the message is too large, too deep, or holds what cannot cross.
    """
    encoder = _Encoder(export)
    text = _TO_JSON(encoder.tree(message)).encode("ascii")
    if len(text) > JSON_LIMIT:
        raise WireError(f"a message is larger than {JSON_LIMIT >> 20} MiB")
    return HEADER.pack(len(text), len(encoder.payload)) + text + encoder.payload, encoder.arrays


class Decoder:
    """Reads frames, one after the other, whatever their bytes are.

    Parameters
    ----------
    resolve
        Turns a reference, the JSON object that `export` made, into what it stands for. Raises
        `WireError` for one that it does not know.

    Notes
    -----
    Nothing is kept from one frame to the next but the parser of JSON, which takes longer to make
    than to read a small frame.
    """

    def __init__(self, resolve: Callable[[dict[str, Any]], Any]):
        self._resolve = resolve
        self._parse = json.JSONDecoder(object_hook=self._untag).raw_decode
        self._parse_integers = json.JSONDecoder(
            object_hook=self._untag, parse_int=_integer
        ).raw_decode
        self._payload = _NOTHING
        self._arrays: list[np.ndarray] = []

    def decode(self, header: bytes, body: bytes) -> tuple[Any, list[np.ndarray]]:
        """Read one frame.

        Parameters
        ----------
        header, body
            The frame.

        Returns
        -------
        message
        arrays : list of ndarray
            The arrays in the message; each owns its memory and can be written.

        Raises
        ------
        WireError
            If these bytes are not a frame that `encode` could have made.
        """
        length, size = HEADER.unpack(header)
        if length + size != len(body):
            raise WireError("a frame has the wrong length")
        text = body[:length]
        if too_deep(text, JSON_DEPTH_LIMIT):
            raise WireError("a frame is nested too deeply")
        self._payload, self._left, self._references = memoryview(body)[length:], size, 0
        self._arrays, self._keys = [], _Keys()
        parse = self._parse_integers if _LONG_NUMBER.search(text) else self._parse
        try:
            # ASCII, as it was sent: in another encoding a bracket would be other bytes.
            message, end = parse(text.decode("ascii"))
        except ValueError:  # not JSON, not ASCII, or too large a number
            end = -1
        finally:
            arrays, self._payload, self._arrays = self._arrays, _NOTHING, []
        if end != length:
            raise WireError("a frame whose JSON cannot be read")
        return message, arrays

    def _block(self, start: Any, count: Any) -> memoryview:
        if not _natural(start) or not _natural(count) or start + count > len(self._payload):
            raise WireError("a value lies outside its frame")
        self._left -= count
        if self._left < 0:  # the same bytes again and again would fill the memory
            raise WireError("a frame whose values overlap")
        return self._payload[start : start + count]

    def _numbers(self, dtype: Any, shape: Any, start: Any) -> np.ndarray:
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise WireError("an array of a kind that cannot cross")
        if not isinstance(shape, list) or len(shape) > AXES_LIMIT or not all(map(_natural, shape)):
            raise WireError("an array with an impossible shape")
        kind = _DTYPES[dtype]
        if _span(shape, kind) > PAYLOAD_LIMIT:
            raise WireError("an array with an impossible shape")
        data = self._block(start, math.prod(shape) * kind.itemsize)
        return np.ndarray(shape, kind, data).copy()

    def _untag(self, node: dict[str, Any]) -> Any:
        """Turn a JSON object, whose content has been turned already, into what it stands for."""
        if len(node) != 1:
            raise WireError("a value without its tag")
        ((tag, content),) = node.items()
        if tag not in TAGS:
            self._references += 1
            if self._references > REFERENCES_LIMIT:
                raise WireError("a frame with too many references")
            return self._resolve(node)
        if not isinstance(content, list):
            raise WireError("a tag without a list")
        match tag:  # the most frequent first
            case "array":
                array = self._numbers(*_exactly(3, content))
                self._arrays.append(array)
                return array
            case "tuple":
                return tuple(content)
            case "set" | "frozenset":
                self._keys.check(content)
                return _made(set if tag == "set" else frozenset, content)
            case "dict":
                pairs = [_exactly(2, pair) for pair in content]
                self._keys.check([key for key, _ in pairs])
                return _made(dict, pairs)
            case "scalar":
                scalar = self._numbers(*_exactly(3, content))
                if scalar.shape != ():
                    raise WireError("a scalar that has axes")
                return scalar[()]
            case "floats":
                start, count = _exactly(2, content)
                if not _natural(count):
                    raise WireError("a list with an impossible length")
                return np.frombuffer(self._block(start, 8 * count), "<f8").tolist()
            case "complex":
                real, imaginary = _exactly(2, content)
                if not type(real) is type(imaginary) is float:
                    raise WireError("a complex number whose parts are no floats")
                return complex(real, imaginary)
            case _:
                return bytes(self._block(*_exactly(2, content)))


def _integer(text: str) -> int:
    """Read an integer of 64 bits.

    Raises
    ------
    ValueError
        If it needs more.
    """
    if len(text) > 20 or not -(2**63) <= (number := int(text)) < 2**63:
        raise ValueError("an integer needs more than 64 bits")
    return number


class _Keys:
    """Counts the keys of dicts and the elements of sets in one frame."""

    def __init__(self) -> None:
        self.left = KEYS_WORK_LIMIT

    def check(self, keys: list[Any]) -> None:
        """See that these can be the keys of a dict or the elements of a set, in linear time.

        Raises
        ------
        WireError
            If they are too many, or one of them can't be a key.
        """
        if len(keys) > KEYS_LIMIT:
            raise WireError("a dict or a set with too many keys")
        steps = max((_steps(key) for key in keys if isinstance(key, _COMPOUND)), default=1)
        self.left -= len(keys) ** 2 * max(1, steps // KEY_STEPS)
        if self.left < 0:
            raise WireError("a dict or a set with too many keys")
        if any(isinstance(key, _NO_KEYS) for key in keys):
            raise WireError("a dict or a set with a key that cannot be one")


def _steps(key: Any, depth: int = 0) -> int:
    """Return in how many steps a key is at most compared with another one of the same hash.

    Raises
    ------
    WireError
        If it can't be a key, or takes too many.
    """
    if isinstance(key, _NO_KEYS) or depth > KEY_DEPTH_LIMIT:
        raise WireError("a dict or a set with a key that cannot be one")
    if not isinstance(key, _COMPOUND):
        return 1
    if len(key) > KEY_SIZE_LIMIT:
        raise WireError("a dict or a set with a key that cannot be one")
    # Each element of a frozenset may be compared with every one of the other.
    times = len(key) if isinstance(key, frozenset) else 1
    steps = times * sum(_steps(item, depth + 1) for item in key)
    if steps > KEY_STEPS_LIMIT:
        raise WireError("a dict or a set with a key that cannot be one")
    return steps


def _made(kind: Callable[[list[Any]], Any], content: list[Any]) -> Any:
    try:
        return kind(content)
    except TypeError:  # a reference to an object that has no hash
        raise WireError("a dict or a set with a key that cannot be one") from None


def _exactly(count: int, content: Any) -> list[Any]:
    if not isinstance(content, list) or len(content) != count:
        raise WireError("a tag with the wrong number of fields")
    return content


def _natural(number: Any) -> bool:
    return type(number) is int and 0 <= number < 2**63
