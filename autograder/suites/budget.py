"""How much a submission may send during one check."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.jail.inside.limits import PRINT_LIMIT, WARNING_LIMIT
from autograder.messages import Message, say
from autograder.suites.errors import WorkerEnded

#: What a check keeps of it (arguments of its own objects' methods, answers) is bounded by it.
BYTES_LIMIT = 64 << 20
#: Calls of the suite's objects; right code makes some thousand in its longest check.
CALLS_LIMIT = 200_000
#: Objects that stay in the student's process, each of which has something that stands for it here.
REFERENCES_LIMIT = 50_000
#: Uses of a student's object as Python writes them: items of an iterator, indices, operators.
USES_LIMIT = 100_000
#: Characters printed; pytest keeps them until all checks are done.
PRINTS_LIMIT = 1 << 20
WARNINGS_LIMIT = 1000

TOO_MUCH = say("your code sent more data than a check can hold")
TOO_MANY_CALLS = say("your code called the objects it was given without end")
TOO_MANY_USES = say("your code gave items without end")
TOO_MANY_OBJECTS = say("your code sent more objects than a check can hold")


@dataclass
class Budget:
    """What is left of it; whoever runs the checks renews it for each.

    Attributes
    ----------
    bytes, calls, references, uses, prints, warnings
        That may still be received.
    """

    bytes: int = BYTES_LIMIT
    calls: int = CALLS_LIMIT
    references: int = REFERENCES_LIMIT
    uses: int = USES_LIMIT
    prints: int = PRINTS_LIMIT
    warnings: int = WARNINGS_LIMIT

    def renew(self) -> None:
        """Start afresh, for the next check."""
        self.__init__()  # type: ignore[misc]

    def take_bytes(self, size: int) -> None:
        """Count a frame that was received.

        Raises
        ------
        WorkerEnded
            If it is more than there is room for.
        """
        self.bytes = _less(self.bytes, size, TOO_MUCH)

    def take_call(self) -> None:
        """Count a call of one of the suite's objects.

        Raises
        ------
        WorkerEnded
            If there were too many.
        """
        self.calls = _less(self.calls, 1, TOO_MANY_CALLS)

    def take_reference(self) -> None:
        """Count an object that stays in the student's process.

        Raises
        ------
        WorkerEnded
            If there were too many.
        """
        self.references = _less(self.references, 1, TOO_MANY_OBJECTS)

    def take_use(self) -> None:
        """Count an item that an object of the student's gives, and the like.

        Raises
        ------
        WorkerEnded
            If there were too many.
        """
        self.uses = _less(self.uses, 1, TOO_MANY_USES)

    def take_print(self, text: str) -> str:
        """Return as much of what one call printed as there is room for."""
        text = text[: min(PRINT_LIMIT, self.prints)]
        self.prints -= len(text)
        return text

    def take_warning(self, number: int) -> bool:
        """Return whether there is room for the warning of this number, from 0, of one call."""
        if number >= WARNING_LIMIT or self.warnings <= 0:
            return False
        self.warnings -= 1
        return True


def _less(left: int, taken: int, why: Message) -> int:
    if taken > left:
        raise WorkerEnded(why)
    return left - taken
