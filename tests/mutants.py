"""Mutation testing of the hidden suites: ``make mutants``.

Every small change that cosmic-ray can make to the reference solution, one at a time, must fail a
hidden check. A mutant that passes all of them survives; it is either equivalent to the reference,
and listed in ``tests/equivalent_mutants.toml`` with the reason, or it shows a gap in the suites.
The suites run in this process, as ``-p autograder.suites.local`` does, and stop at the first check
that fails.
"""

import argparse
import logging
import os
import sys
import tempfile
import tomllib
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from rich.progress import track

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.lab_file import find_lab, load_lab, read_files
from autograder.suites.local import LocalExamination
from autograder.suites.session import Suites, quiet_session

ROOT = Path(__file__).parents[1]
LISTED = Path(__file__).with_name("equivalent_mutants.toml")
CHECK_SECONDS = 5.0
"""Of processor time for one check; the reference takes two seconds for the longest."""


@dataclass(frozen=True)
class Mutant:
    """A change of one line of the reference.

    Attributes
    ----------
    file, place
        The file, and the method in it.
    old, new
        The line, without what is the same before it.
    line, source
        The line's number, and the text of the whole file; they don't count when mutants are
        compared.
    """

    file: str
    place: str
    old: str
    new: str
    line: int = 0
    source: str = ""

    @property
    def key(self):
        """What a mutant is listed under."""
        return self.file, self.place, self.old, self.new

    def __str__(self):
        return f"{self.file}, {self.place}: {self.old}  ->  {self.new}"


def all_mutants(lab, files):
    """Return all mutants of these files of the reference."""
    logging.getLogger("cosmic_ray").setLevel(logging.ERROR)
    paths = [lab.reference / file for file in files]
    with (
        tempfile.NamedTemporaryFile(suffix=".sqlite") as file,
        use_db(file.name, WorkDB.Mode.create) as database,
    ):
        init(paths, database, {})
        changes = [item.mutations[0] for item in database.work_items]
    sources = {str(path): path.read_text(encoding="utf-8") for path in paths}
    mutants = []
    for change in changes:
        before = sources[str(change.module_path)]
        operator = get_operator(change.operator_name)(**change.operator_args)
        after = mutate_code(before, operator, change.occurrence)
        name = Path(change.module_path).name
        mutants.append(mutant(name, change.definition_name, before, after))
    return sorted(mutants, key=lambda mutant: (mutant.file, mutant.line, mutant.new))


def mutant(file, place, before, after):
    """Return the mutant that has this source."""
    old, new = before.splitlines(), after.splitlines()
    lines = zip(old, new, strict=True)
    line = next(i for i, (one, other) in enumerate(lines) if one != other)
    return Mutant(file, place or "", old[line].strip(), new[line].strip(), line + 1, after)


def find_survivors(lab, mutants, jobs):
    """Return the mutants that fail no hidden check.

    Raises
    ------
    RuntimeError
        If the reference itself fails one.
    """
    found = []

    def work(suites):
        global _suites
        _suites = suites
        if failed := failed_check(None):
            raise RuntimeError(f"the reference fails {failed}; fix that first")
        # Forked, so that the suites are collected once.
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            results = pool.map(failed_check, mutants)
            steps = track(zip(mutants, results, strict=True), "mutants", len(mutants))
            found.extend(mutant for mutant, failed in steps if not failed)

    quick = replace(lab, limits=replace(lab.limits, check=CHECK_SECONDS))
    quiet_session(quick, Suites(quick, work))
    return found


_suites = None
"""Collected, of this process."""


def failed_check(mutant):
    """Return the first check that a mutant fails, None if it fails none; nothing is the reference.

    The checks of the class that was changed come first, since they are the most likely to fail.
    """
    lab, files = _suites.lab, read_files(_suites.lab.reference, _suites.lab)
    own = set()
    if mutant:
        files[mutant.file] = mutant.source.encode()
        own = {task for task, file in lab.tasks.items() if file == mutant.file}
    checks = sorted(_suites.checks, key=lambda check: (check.long, check.part not in own))
    for check in checks:
        local = LocalExamination(lab, Draws(0, PUBLIC_SECRET), files, Path("mutant"))
        _suites.run(local, [check.id])
        if local.errors:
            return check.id
    return None


def read_listed(path=LISTED):
    """Return the mutants that are listed as equivalent, with the reasons."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        Mutant(each["file"], each["place"], each["old"], each["new"]).key: each["why"]
        for each in table["mutants"]
    }


def judge(survivors, listed, mutants):
    """Return a sentence for everything that is wrong with the list or the suites."""
    keys, survived = {m.key for m in mutants}, {m.key for m in survivors}
    problems = [
        f"{mutant} survives (line {mutant.line}); write a check that it fails, or list it in "
        f"{LISTED.name} with the reason why it is equivalent"
        for mutant in survivors
        if mutant.key not in listed
    ]
    for key in listed:
        told = Mutant(*key)
        if key not in keys:
            problems.append(f"{told} is listed, but there is no such mutant; take it out")
        elif key not in survived:
            problems.append(f"{told} is listed, but fails a check; take it out")
        if not listed[key].strip():
            problems.append(f"{told} is listed without a reason")
    return problems


def main(arguments):
    """Run the suites on all mutants; return the exit status."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--lab", type=Path, default=ROOT, help="another lab than Lab 1")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore", SyntaxWarning)  # of mutants, such as x is "sgd"
    lab = load_lab(find_lab(options.lab))
    listed = LISTED if lab.root == ROOT else lab.root / LISTED.name
    mutants = all_mutants(lab, lab.files)
    survivors = find_survivors(lab, mutants, options.jobs)
    problems = judge(survivors, read_listed(listed) if listed.exists() else {}, mutants)
    for problem in problems:
        print(f"mutants: {problem}", file=sys.stderr)
    killed = len(mutants) - len(survivors)
    print(f"mutants: {killed} of {len(mutants)} fail a hidden check; {len(survivors)} survive")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
