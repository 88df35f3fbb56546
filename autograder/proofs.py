"""What is proved of a lab without a mistake's help: its titles, its translations, its release.

Each proof gives a sentence for everything that is not as it should be; `autograder.verify` asks for
all of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.lab import Check, Lab
from autograder.public import trial
from autograder.text import clean

#: So long may the public checks take on all right code.
_SECONDS = 300


def titles(checks: Iterable[Check]) -> list[str]:
    """See that students can tell checks apart by their titles."""
    found = list(checks)
    times = Counter(check.title for check in found)
    problems = [
        f"{times[title]} checks are called {title!r}; give each a title of its own"
        for title in times
        if times[title] > 1
    ]
    return problems + [
        f"{check.id} is called {check.title!r}, which says too little; say what must hold"
        for check in found
        if not re.search(r"\w\W+\w|[^\x00-\u2fff]{4}", check.title)
    ]


def translations(lab: Lab) -> list[str]:
    """See that everything that students read is there in each of the lab's languages."""
    if len(lab.languages) == 1:
        return []
    # Imported here: a lab in one language needs no Babel.
    from autograder.languages.extraction import put_together, untranslated

    return put_together(lab) + [
        f"{path.relative_to(lab.root)} does not translate {clean(text.partition(chr(10))[0])!r}; "
        "run autograder messages, and translate it"
        for path, texts in untranslated(lab).items()
        for text in texts
    ]


def release(lab: Lab, right: Mapping[str, Mapping[str, bytes]]) -> list[str]:
    """See that what students receive gives nothing away, and that what is right passes its checks.

    Parameters
    ----------
    lab
        The lab.
    right
        Right solutions, by their names.

    Raises
    ------
    UserError
        If it can't be made.
    """
    from autograder.public.assemble import has_checker
    from autograder.release.folder import given_away, write_folder

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / lab.release.folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_folder(lab, folder)
        problems = list(given_away(lab, folder))
        if not has_checker(lab):
            return problems
        handed_out = {name: (folder / name).read_bytes() for name in lab.files}
        try:
            first, *rest = _failures(folder, [handed_out, *right.values()])
        except _NotRunError as error:
            return [*problems, f"the public checks can't be run: {error}"]
    if not first:
        problems.append("what is handed out passes all public checks; have one ask for work")
    return problems + [
        f"{name} is right, but does not pass the public check {title!r}: {message}"
        for name, failed in zip(right, rest, strict=True)
        for title, message in failed
    ]


class _NotRunError(Exception):
    """The public checks came to no end; the text says why."""


def _failures(
    folder: Path, solutions: Sequence[Mapping[str, bytes]]
) -> list[list[tuple[str, str]]]:
    """Run the public checks on the lab's own code; give title and message of each that fails."""
    environment = os.environ | {"LAB_LANG": "en", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as temporary:
        places = [Path(temporary) / str(number) for number in range(len(solutions))]
        for place, files in zip(places, solutions, strict=True):
            place.mkdir()
            for name, content in files.items():
                (place / name).write_bytes(content)
        command = [sys.executable, "-P", trial.__file__, *map(str, places)]
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise _NotRunError(f"they take longer than {_SECONDS} seconds") from error
    if done.returncode:
        raise _NotRunError(clean(done.stderr.decode("utf-8", "replace")[-300:]))
    found = json.loads(done.stdout.splitlines()[-1])
    return [[(clean(t), clean(" ".join(m.split()), 300)) for t, m in failed] for failed in found]
