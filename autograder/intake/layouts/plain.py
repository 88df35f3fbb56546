"""A folder, a ``.zip`` or a ``.tar.gz`` for each student, named as the student is.

No platform's, and what is taken where nothing looks like one. Of a zip that holds one folder with
several entries, as a folder that was zipped does, the entries are in that folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.intake.attempts import Attempt
from autograder.intake.layouts import by_itself
from autograder.intake.tree import Tree
from autograder.lab import Lab


def share(_tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`: half of anything could be this."""
    return 0.5


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    for name in (*tree.folders(), *tree.files()):
        yield by_itself(tree, name)
