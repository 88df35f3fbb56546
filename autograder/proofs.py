"""What is proved of a lab without a mistake's help: its titles, its translations, its release.

Each proof gives a sentence for everything that is not as it should be; `autograder.verify` asks for
all of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from autograder.lab import Check, Lab
from autograder.lab_file import read_files
from autograder.text import clean

#: So long may the public checks take on the solution.
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
    from autograder.languages.extraction import untranslated

    return [
        f"{path.relative_to(lab.root)} does not translate {clean(text.partition(chr(10))[0])!r}; "
        "run autograder messages, and translate it"
        for path, texts in untranslated(lab).items()
        for text in texts
    ]


def release(lab: Lab) -> list[str]:
    """See that what students receive gives nothing away, and that the solution passes its checks.

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
        if not _failure(folder):
            problems.append("what is handed out passes all public checks; have one ask for work")
        for name, content in read_files(lab.reference, lab).items():
            (folder / name).write_bytes(content)
        if said := _failure(folder):
            problems.append(f"the solution does not pass the public checks: {said}")
    return problems


def _failure(folder: Path) -> str:
    """Run the public checks on the lab's own code; return which of them fail."""
    environment = os.environ | {"LAB_LANG": "en", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "check.py"]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"they take longer than {_SECONDS} seconds"
    text = (done.stdout or done.stderr).decode("utf-8", "replace")
    wrong = re.findall(r"^  (?:FAILED|not run|not written yet) +(.*)$", text, re.MULTILINE)
    return clean(", ".join(wrong) or text[-300:]) if done.returncode else ""
