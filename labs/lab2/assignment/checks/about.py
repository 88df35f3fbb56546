"""Note at each check what it is about."""


def about(*methods, points, needs=(), requires=()):
    """Say which methods a check is about, and how much it stands for.

    Parameters
    ----------
    *methods : str
        Without the class. A student who asks for one of them gets this check.
    points : int
        The share of its part's points, an estimate: the graded checks give the points.
    needs : sequence of str
        What it calls besides.
    requires : sequence of str
        The checks before it that must have passed; else it is not run.
    """

    def note(check):
        check.methods, check.points, check.requires = methods, points, tuple(requires)
        check.calls = ("__init__", *methods, *needs)
        return check

    return note


def given(check):
    """Return what a check is handed: the student's tasks, random numbers, or nothing."""
    import numpy as np

    from checks.student import Student

    wanted = check.__code__.co_varnames[: check.__code__.co_argcount]
    makers = {"student": Student, "rng": lambda: np.random.default_rng(len(check.__name__))}
    return {name: makers[name]() for name in wanted}
