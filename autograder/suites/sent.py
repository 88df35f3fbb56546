"""What a check has told the student's process: of that, a message to the student may speak."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.checks.shapes import LENGTHS_LIMIT, Shape

#: So many names of a check's are kept, the first ones.
NAMES_LIMIT = 12
#: After so many lengths of axes from student code nothing counts as the check's own any more.
FOREIGN_LIMIT = 100


class Sent:
    """The names and the shapes that a check itself has used, without those of any answer.

    Attributes
    ----------
    names
        Of classes, attributes, methods and keyword arguments, in the order of their first use.
    shapes
        Of the arrays that were handed to student code.
    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.shapes: dict[Shape, None] = {}
        self._foreign: set[int] = set()

    def forget(self) -> None:
        """Start afresh, for the next check."""
        self.names.clear()
        self.shapes.clear()
        self._foreign.clear()

    def note(self, arguments: Iterable[object], arrays: Iterable[np.ndarray]) -> None:
        """Take note of a request.

        Parameters
        ----------
        arguments
            Of the request: strings among them are names, and so are keys of dictionaries.
        arrays
            In the request. One with a length that first came from student code is left out.
        """
        for argument in arguments:
            for name in argument if isinstance(argument, dict) else (argument,):
                if isinstance(name, str) and name.isidentifier() and len(self.names) < NAMES_LIMIT:
                    self.names[name] = None
        for array in arrays:
            own = self._foreign.isdisjoint(array.shape) and len(self._foreign) < FOREIGN_LIMIT
            if own and len(self.shapes) < LENGTHS_LIMIT:
                self.shapes[array.shape] = None

    def hear(self, arrays: Iterable[np.ndarray]) -> None:
        """Take note of the arrays in what student code sends."""
        for array in arrays:
            if len(self._foreign) < FOREIGN_LIMIT:
                self._foreign.update(set(array.shape).difference(*self.shapes))
