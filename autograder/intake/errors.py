"""Why what was handed in can't be read."""

from autograder.errors import UserError


class IntakeError(UserError):
    """The folder of submissions can't be read; the text says why and what to do."""


class Refused(Exception):
    """This entry can't be graded; the text says why."""
