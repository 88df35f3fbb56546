"""How much a submission may send during one check."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.messages import say
from autograder.suites.errors import WorkerEnded

#: What a check keeps of it (arguments of its own objects' methods, printed text) is bounded by it.
BYTES_LIMIT = 64 << 20
#: Calls of the suite's objects; right code makes some thousand in its longest check.
CALLS_LIMIT = 200_000
WARNINGS_LIMIT = 1000


@dataclass
class Budget:
    """What is left of it; whoever runs the checks renews it for each.

    Attributes
    ----------
    bytes, calls, warnings
        That may still be received.
    """

    bytes: int = BYTES_LIMIT
    calls: int = CALLS_LIMIT
    warnings: int = WARNINGS_LIMIT

    def renew(self) -> None:
        """Start afresh, for the next check."""
        self.__init__()  # type: ignore[misc]

    def take(self, size: int) -> None:
        """Count a frame that was received.

        Raises
        ------
        WorkerEnded
            If it is more than there is room for.
        """
        self.bytes -= size
        if self.bytes < 0:
            raise WorkerEnded(say("your code sent more data than a check can hold"))

    def take_call(self) -> None:
        """Count a call of one of the suite's objects.

        Raises
        ------
        WorkerEnded
            If there were too many.
        """
        self.calls -= 1
        if self.calls < 0:
            raise WorkerEnded(say("your code called the layers it was given without end"))
