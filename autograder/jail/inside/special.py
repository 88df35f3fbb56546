"""The special methods by which objects are iterated over, indexed, entered and calculated with.

Objects of the student's that have one of these can be used by a check as Python writes it, and the
suite's objects by student code; each use is one message. Equality is not among them: who wrote an
object wrote what it equals, too.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from types import FunctionType
from typing import Any

from autograder.jail.inside.limits import METHODS_LIMIT, NAME_LIMIT


def _next(iterator: Any) -> list[Any]:
    """Return the next item in a list, which is empty at the end."""
    try:
        return [next(iterator)]
    except StopIteration:
        return []


def _enter(manager: Any) -> Any:
    return type(manager).__enter__(manager)


def _exit(manager: Any, name: str | None) -> bool:
    """Leave a context, with an exception of Python's if the name of one is given."""
    if name is None:
        return bool(type(manager).__exit__(manager, None, None, None))
    error = getattr(builtins, name)()
    return bool(type(manager).__exit__(manager, type(error), error, None))


_TWO = "add sub mul truediv floordiv mod pow matmul".split()
_ONE = "neg pos abs".split()
#: What does the same as a special method, also where an operator has two sides that know it.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "__iter__": iter,
    "__next__": _next,
    "__len__": len,
    "__contains__": operator.contains,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__enter__": _enter,
    "__exit__": _exit,
    **{f"__{name}__": getattr(operator, name) for name in _ONE + _TWO},
}
#: The other side of an operator -> the operator.
REFLECTED = {f"__r{name}__": f"__{name}__" for name in _TWO}
SPECIAL = frozenset({*OPERATIONS, *REFLECTED})


def methods_of(value: Any) -> tuple[list[str], list[str]]:
    """List the methods of an object's class, without running anything of it.

    Returns
    -------
    methods : list of str
        Those that the student wrote, without those that an attribute of the object hides.
    special : list of str
        Those of `SPECIAL`.
    """
    shared: dict[str, Any] = {}
    for kind in reversed(type(value).__mro__):
        shared.update(vars(kind))
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    methods = [
        name
        for name, content in shared.items()
        if type(content) is FunctionType
        and not name.startswith("_")
        and name not in own
        and len(name) <= NAME_LIMIT
    ]
    special = [name for name in SPECIAL if shared.get(name) is not None]
    return methods[:METHODS_LIMIT], sorted(special)
