"""The languages in which the project speaks to people, and where its translations are kept."""

from pathlib import Path

from autograder.errors import UserError

LOCALE = Path(__file__).parent / "locale"
#: What everything is written in.
SOURCE_LANGUAGE = "en"


class TranslationError(UserError):
    """Something can't be said in a language; the text says why and what to do."""
