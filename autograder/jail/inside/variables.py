"""The local variables of a traceback as text, for the instructor who looks into a failed check.

None of the student's code is run for it: an object is shown by its class and the values in its
``__dict__``, never by a method of its own, which could change what a check finds or never return.
"""

from __future__ import annotations

import itertools
from types import CodeType, FrameType, FunctionType, GetSetDescriptorType, ModuleType
from typing import Any

import numpy as np

from autograder.jail.inside.limits import (
    NAME_LIMIT,
    VARIABLE_LIMIT,
    VARIABLES_LIMIT,
    VARIABLES_TEXT_LIMIT,
)

#: So many items of a container and of each axis are shown, and so deep.
ITEMS_LIMIT, DEPTH_LIMIT, AXES_SHOWN = 6, 3, 3
# By id: a class of the student's can have a metaclass with an equality or a hash of its own.
_AS_IT_IS = frozenset(map(id, (bool, float, complex)))
_TEXTS = frozenset(map(id, (str, bytes)))
_BRACKETS = {id(list): "[]", id(tuple): "()", id(set): "{}", id(frozenset): "{}"}
_NUMPY_NUMBERS = frozenset(
    id(kind) for kind in np.sctypeDict.values() if issubclass(kind, np.number | np.bool_)
)
_NAME_OF, _MRO_OF, _DICT_OF = (type.__dict__[name] for name in ("__name__", "__mro__", "__dict__"))
#: Of a code object whose variables are no dictionary that student code may have made.
_OPTIMIZED = 0x1


class Variables:
    """Writes the variables of frames down, as many as there is room for."""

    def __init__(self) -> None:
        self._room = VARIABLES_TEXT_LIMIT

    def of_frame(self, frame: FrameType) -> list[list[str]]:
        """Return name and text of a frame's variables, in the order in which they came."""
        found = []
        for name, value in itertools.islice(_named(frame), VARIABLES_LIMIT):
            text = describe(value)
            self._room -= len(name) + len(text)
            if self._room < 0:
                break
            found.append([name, text])
        return found


def _named(frame: FrameType) -> Any:
    space: Any = frame.f_locals
    if not (frame.f_code.co_flags & _OPTIMIZED or type(space) is dict):
        return  # the namespace of a class, which can be anything
    for name in list(space):
        if type(name) is str and not name.startswith("__") and len(name) <= NAME_LIMIT:
            value = space[name]
            if type(value) is not ModuleType:
                yield name, value


def describe(value: Any, limit: int = VARIABLE_LIMIT) -> str:
    """Return a text for any value, of up to `limit` characters."""
    try:
        text = _text(value, DEPTH_LIMIT, limit)
    except BaseException:  # too deep, or changed meanwhile by another thread
        text = "<it can't be shown>"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(value: Any, depth: int, limit: int) -> str:
    kind = type(value)
    if value is None or id(kind) in _AS_IT_IS:
        return repr(value)
    if kind is int:
        bits = value.bit_length()
        return repr(value) if bits <= 256 else f"<an integer of {bits} bits>"
    if id(kind) in _TEXTS:
        return repr(value[:limit]) + ("…" if len(value) > limit else "")
    if kind is np.ndarray:
        return _array(value)
    if id(kind) in _NUMPY_NUMBERS:
        return f"{value.item()!r} ({value.dtype})"
    if id(kind) in _BRACKETS:
        return _items(value, _BRACKETS[id(kind)], depth, limit)
    if kind is dict:
        return _pairs(value.items(), "{}", ": ", depth, limit)
    if kind is FunctionType:
        return f"<function {value.__code__.co_name[:NAME_LIMIT]}>"
    if kind is CodeType:
        return "<code>"
    return _object(value, kind, depth, limit)


def _items(values: Any, brackets: str, depth: int, limit: int) -> str:
    if not depth:
        return "…".join(brackets)
    shown = [_text(item, depth - 1, limit) for item in itertools.islice(values, ITEMS_LIMIT)]
    more = [f"… {len(values) - ITEMS_LIMIT} more"] if len(values) > ITEMS_LIMIT else []
    comma = "," if brackets == "()" and len(shown) == 1 else ""
    return f"{brackets[0]}{', '.join(shown + more)}{comma}{brackets[1]}"


def _pairs(pairs: Any, brackets: str, between: str, depth: int, limit: int) -> str:
    if not depth:
        return "…".join(brackets)
    shown = [
        f"{key if between == '=' else _text(key, depth - 1, limit)}{between}"
        f"{_text(item, depth - 1, limit)}"
        for key, item in itertools.islice(pairs, ITEMS_LIMIT)
    ]
    more = [f"… {len(pairs) - ITEMS_LIMIT} more"] if len(pairs) > ITEMS_LIMIT else []
    return f"{brackets[0]}{', '.join(shown + more)}{brackets[1]}"


def _array(array: np.ndarray) -> str:
    # Not by NumPy's own printing, which student code can set.
    head = f"array of {array.dtype.name if array.dtype.kind in 'biufc' else 'no numbers'}"
    head += f", shape {array.shape}"
    if array.dtype.kind not in "biufc" or array.ndim > AXES_SHOWN:
        return head
    part = array[tuple(slice(ITEMS_LIMIT) for _ in range(array.ndim))]
    more = " …" if part.size < array.size else ""
    return f"{head}: {_numbers(part.tolist())}{more}"


def _numbers(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(map(_numbers, values))}]"
    return repr(values) if isinstance(values, bool | int) else f"{values:.6g}"


def _object(value: Any, kind: type, depth: int, limit: int) -> str:
    if kind is type:
        return f"<class {_NAME_OF.__get__(value)[:NAME_LIMIT]}>"
    name = str(_NAME_OF.__get__(kind)[:NAME_LIMIT])
    fields = _fields(value, kind)
    if not fields:
        return f"<{name}>"
    named = {key: item for key, item in list(fields.items()) if type(key) is str}
    return name + _pairs(named.items(), "()", "=", depth, limit)


def _fields(value: Any, kind: type) -> dict[Any, Any] | None:
    """Return the attributes of an object itself, past any ``__dict__`` that its class defines."""
    for base in _MRO_OF.__get__(kind):
        slot = _DICT_OF.__get__(base).get("__dict__")
        if slot is not None:
            found = slot.__get__(value) if type(slot) is GetSetDescriptorType else None
            return found if type(found) is dict else None
    return None
