"""Note at each check what it is about."""


def about(*methods, points, needs=()):
    """Say which methods a check is about, and how much it stands for.

    Parameters
    ----------
    *methods : str
        Without the class. A student who asks for one of them gets this check.
    points : int
        The share of its class's points, an estimate: the graded checks give the points.
    needs : sequence of str
        What it calls besides.
    """

    def note(check):
        check.methods, check.points = methods, points
        check.calls = ("__init__", *methods, *needs)
        return check

    return note
