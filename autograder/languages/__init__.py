"""The languages in which the project speaks to people, and where their catalogues are kept."""

from pathlib import Path

from autograder.errors import UserError

LOCALE = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"


class TranslationError(UserError):
    """A catalogue can't be read; the text says which and why."""


def languages() -> list[str]:
    """List the languages that pages can be in, as in ``<html lang>``."""
    folders = (path.name.replace("_", "-") for path in LOCALE.iterdir() if path.is_dir())
    return [SOURCE_LANGUAGE, *sorted(folders)]
