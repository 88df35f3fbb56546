"""The languages in which the project speaks to people, and where its translations are kept."""

import datetime
from pathlib import Path

from autograder.errors import UserError

LOCALE = Path(__file__).parent / "locale"
#: The template of a new lab, and its translations.
TEMPLATE = Path(__file__).parents[1] / "scaffold" / "template"
SCAFFOLD_LOCALE = Path(__file__).parents[1] / "scaffold" / "locale"
#: Translations bear no date of their own: the history of the project has it.
NEVER = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
#: What everything is written in.
SOURCE_LANGUAGE = "en"


class TranslationError(UserError):
    """Something can't be said in a language; the text says why and what to do."""
