"""Pages for people: one for each student and one for the class, each a single HTML file.

What every command needs to know of them is here; the rest is imported when pages are made.
"""

from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
TEMPLATES = Path(__file__).parent / "templates"
SOURCE_LANGUAGE = "en"
#: The name of every page, in the folder of its student or of the class.
PAGE = "index.html"


class TranslationError(Exception):
    """A catalogue can't be read; the text says which and why."""


def languages() -> list[str]:
    """List the languages that pages can be in, as in ``<html lang>``."""
    folders = (path.name.replace("_", "-") for path in LOCALE.iterdir() if path.is_dir())
    return [SOURCE_LANGUAGE, *sorted(folders)]
