"""Standard output of the student's process."""

from __future__ import annotations

import io
from typing import Any


class Printed(io.BufferedIOBase):
    """What was printed, with a bound: what comes after it is dropped.

    It takes the place of ``sys.stdout.buffer``. Student code may wrap it in a text file of its own,
    and lose or close that; so it stays open whatever happens.

    Parameters
    ----------
    limit
        So many bytes are kept between two calls of `take`.
    """

    name = "<printed>"

    def __init__(self, limit: int) -> None:
        self.limit = self.room = limit
        self.parts: list[bytes] = []
        self._text: io.TextIOWrapper | None = None

    def writable(self) -> bool:
        """Return True, as a file would that print can write to."""
        return True

    def write(self, data: Any) -> int:
        """Keep as much as there is room for."""
        with memoryview(data).cast("B") as view:
            if self.room:
                self.parts.append(bytes(view[: self.room]))
                self.room -= len(self.parts[-1])
            return len(view)

    def close(self) -> None:
        """Stay open."""

    def text_file(self) -> io.TextIOWrapper:
        """Return a text file that writes here at once, as it was before student code had it."""
        try:
            if self._text and self._text.buffer is self and self._text.encoding == "utf-8":
                return self._text
        except ValueError:  # detached
            pass
        self._text = io.TextIOWrapper(self, "utf-8", "backslashreplace", "\n", write_through=True)
        return self._text

    def take(self) -> str:
        """Return what was written, and forget it."""
        text = b"".join(self.parts).decode("utf-8", "replace")
        self.parts, self.room = [], self.limit
        return text
