"""What all errors that a user can put right have in common."""


class UserError(Exception):
    """What was asked for can't be done; the text is one sentence that says why and what to do.

    The command line prints it without a traceback and exits with 2. Each room of the engine raises
    a class of its own, derived from this one.
    """
