"""What an author is asked of a new lab, and what is made of the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.errors import UserError
from autograder.languages import LOCALE, SOURCE_LANGUAGE

#: The lab's checks have so many points in all, by themselves; fewer than the second can't be given
#: to both of its parts.
POINTS, LEAST_POINTS, MOST_POINTS = 10, 2, 10_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9_]{0,39}")
_FUNCTION = re.compile(r"[a-z][a-z0-9_]{0,39}")


class ScaffoldError(UserError):
    """A lab can't be made like that; the text says why and what to do."""


def spoken() -> list[str]:
    """List the languages in which a lab can be made: those that the engine speaks."""
    return [SOURCE_LANGUAGE, *(path.name.replace("_", "-") for path in sorted(LOCALE.iterdir()))]


@dataclass(frozen=True)
class Answers:
    """What is known of a new lab.

    Attributes
    ----------
    name, title
        For machines and for people.
    class_name, function
        What students write.
    languages
        Of what students read.
    points
        Of the checks, all together.
    packages
        What students may import besides NumPy and Python's own modules.

    Raises
    ------
    ScaffoldError
        If one of them can't be.
    """

    name: str
    title: str
    class_name: str = "RunningMean"
    function: str = "window_means"
    languages: tuple[str, ...] = (SOURCE_LANGUAGE,)
    points: int = POINTS
    packages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """See that everything can be written where it belongs."""
        if not _NAME.fullmatch(self.name):
            raise ScaffoldError(
                f"a lab can't be called {self.name!r}; use a letter, and letters, digits, hyphens "
                "and underscores after it"
            )
        if not self.title.strip() or not self.title.isprintable() or len(self.title) > 200:
            raise ScaffoldError("the title should be one line of at most 200 characters")
        if not _CLASS.fullmatch(self.class_name):
            raise ScaffoldError(f"{self.class_name!r} is no name of a class, such as RunningMean")
        if not _FUNCTION.fullmatch(self.function) or self.function == self.class_module:
            raise ScaffoldError(
                f"{self.function!r} is no name of a function, such as window_means, or is that of "
                f"the class's file; choose another"
            )
        for tag in self.languages:
            if tag not in spoken():
                raise ScaffoldError(
                    f"the engine does not speak {tag!r}; make the lab in one of "
                    f"{', '.join(spoken())}, and add the language to it afterwards"
                )
        if not self.languages or len(set(self.languages)) < len(self.languages):
            raise ScaffoldError("name at least one language, and each once")
        if not LEAST_POINTS <= self.points <= MOST_POINTS:
            raise ScaffoldError(f"the points should be from {LEAST_POINTS} to {MOST_POINTS}")
        for package in self.packages:
            if not _PACKAGE.fullmatch(package):
                raise ScaffoldError(f"{package!r} is no name of a package")

    @property
    def written(self) -> str:
        """The language in which the lab itself is written."""
        return SOURCE_LANGUAGE if SOURCE_LANGUAGE in self.languages else self.languages[0]

    @property
    def class_module(self) -> str:
        """The file of the class, without its ending."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.class_name)
        return words.lower()


def title_of(name: str) -> str:
    """Return the title of a lab that has none, such as ``"Lab 3"`` of ``"lab3"``."""
    words = re.sub(r"(?<=[A-Za-z])(?=[0-9])|[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]
