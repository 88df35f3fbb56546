"""What errors have in common that a user can put right, and those that end a check."""


class UserError(Exception):
    """What was asked for can't be done; the text is one sentence that says why and what to do.

    The command line prints it without a traceback and exits with 2. Each room of the engine raises
    a class of its own, derived from this one.
    """


class WorkerLost(Exception):
    """The student's process can't be asked any more; a check must let it through."""
