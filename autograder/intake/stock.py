"""Takes stock: which attempts are in a folder, or in a zip that holds a class.

A zip is not unpacked; of it, as of a folder, only names are looked at here, and small files that
the platform wrote, by a fork of this process that has given up everything else. What submissions
hold is read when they are graded.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from autograder.discovery import load_module, module_names
from autograder.intake import layouts
from autograder.intake.archives import is_archive
from autograder.intake.attempts import Attempt, Person
from autograder.intake.bounds import open_file
from autograder.intake.entries import FILE_DATE, PLATFORM
from autograder.intake.errors import IntakeError, Refused
from autograder.intake.groups import SECONDS, members_of
from autograder.intake.names import plain_name
from autograder.intake.tree import FolderTree, Tree, ZipTree, files_below, join
from autograder.jail.bounded import Unbounded, bounded
from autograder.lab import Lab
from autograder.messages import from_data, message_of, say, to_data
from autograder.text import clean

#: What looks less like a platform's than this is a plain folder.
PLAIN = "plain"
#: So many folders that hold nothing but one folder are passed through.
WRAPPERS = 3
#: So many names of what is nobody's are kept.
NAMES_KEPT = 1000
#: Processor seconds that listing a class may take; of 20,000 students it takes about ten.
CPU = 120
#: Dates of files before it are none: a zip begins to count in 1980.
FIRST_YEAR = 1990


@dataclass(frozen=True)
class Handed:
    """An attempt, and where it lies.

    Attributes
    ----------
    people
        Whose.
    path
        Below the folder of submissions; empty for the whole.
    selection
        As in `autograder.intake.entries.Entry`.
    time, origin
        As there.
    order
        As in `autograder.intake.attempts.Attempt`.
    print
        Another for other contents.
    remarks, reason
        As in `Entry`.
    members
        The lines of a ``group.txt`` in it: who else handed it in. None if it was not looked for,
        since looking into all archives took too long.
    """

    people: tuple[Person, ...]
    path: str
    selection: dict[str, str] | None
    time: datetime.datetime | None
    origin: str
    order: int
    print: str
    remarks: tuple[str, ...]
    reason: str | None
    members: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Stock:
    """What is there.

    Attributes
    ----------
    layout
        Whose layout it was taken for.
    also
        Others of which it could be.
    attempts
        In the order of their paths.
    rest
        What is nobody's.
    """

    layout: str
    also: tuple[str, ...]
    attempts: tuple[Handed, ...]
    rest: tuple[str, ...]


def layout_names() -> list[str]:
    """List the layouts that there are."""
    return module_names(layouts)


def take_stock(path: Path, lab: Lab, layout: str | None = None) -> Stock:
    """List the attempts in a folder, or in a zip.

    Parameters
    ----------
    path
        The folder or zip.
    lab
        Which lab's.
    layout
        One of `layout_names`; by default it is recognised.

    Raises
    ------
    IntakeError
        If it can't be read.
    """
    where, modules = clean(str(path)), {n: load_module(layouts, n) for n in layout_names()}
    try:
        folder = stat.S_ISDIR(path.stat().st_mode)
        if folder:
            os.scandir(path).close()
        else:
            open_file(path.resolve()).close()
    except FileNotFoundError:
        raise IntakeError(f"there is no folder {where}") from None
    except OSError as error:
        raise IntakeError(f"cannot read {where}: {error.strerror}") from error
    if not folder and not path.name.lower().endswith(".zip"):
        raise IntakeError(f"{where} is neither a folder nor a .zip with a class's submissions")
    there = path.resolve()

    def work() -> bytes:
        try:
            if folder:
                return _plain(_look(FolderTree(there), lab, modules, layout, whole=False))
            with open_file(there) as file:
                tree = ZipTree(file, lab.limits)
                return _plain(_look(tree, lab, modules, layout, whole=True))
        except Refused as refused:
            return json.dumps({"refused": str(message_of(refused))}).encode()
        except OSError as error:
            return json.dumps({"refused": str(error.strerror)}).encode()
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, RuntimeError):
            return json.dumps({"refused": "the archive is damaged or not a .zip"}).encode()

    try:
        found = json.loads(bounded(work, [there], cpu=CPU))
    except (Unbounded, ValueError, TypeError) as error:
        raise IntakeError(f"cannot list what is in {where}: {clean(str(error))}") from error
    if "refused" in found:
        raise IntakeError(f"cannot read {where}: {clean(str(found['refused']))}")
    return _read(found)


def _look(
    tree: Tree, lab: Lab, modules: dict[str, Any], layout: str | None, *, whole: bool
) -> dict[str, Any]:
    """Recognise the layout and have it list the attempts; everything is plain data."""
    roots = list(_roots(tree))
    shares = {
        (name, root): modules[name].share(_Below(tree, root) if root else tree, lab)
        for name in ([layout] if layout else modules)
        for root in roots
        if name != PLAIN
    }
    best = sorted(shares, key=lambda each: (-shares[each], len(each[1])))
    root = ""
    if layout and layout != PLAIN or best and shares[best[0]] > modules[PLAIN].share(tree, lab):
        name, root = best[0]
    else:
        name = PLAIN
        if whole and len(roots) > 1 and _several(tree, roots[1]):
            root = roots[1]
    rivals = {other for other, _ in best if other != name and shares[other, _] >= 0.5}
    looked = _Below(tree, root) if root else tree
    deadline = time.process_time() + SECONDS
    attempts: list[dict[str, Any]] = []
    rest = _beside(tree, root)
    for each in modules[name].attempts(looked, lab):
        if isinstance(each, str):
            rest.append(each)
        else:
            attempts.append(_located(looked, root, each, lab, deadline, whole=whole))
    return {"layout": name, "also": sorted(rivals), "attempts": attempts, "rest": rest[:NAMES_KEPT]}


def _roots(tree: Tree) -> Iterator[str]:
    """Yield where submissions may lie: at the top, or in folders that are alone in one another."""
    here = ""
    yield here
    for _ in range(WRAPPERS):
        folders = [n for n in tree.folders(here) if not layouts.nobodys(n, folder=True)]
        if len(folders) != 1 or any(not layouts.nobodys(name) for name in tree.files(here)):
            return
        here = join(here, folders[0])
        yield here


def _beside(tree: Tree, root: str) -> list[str]:
    """Return what lies beside the folders that lead to where the submissions are."""
    found: list[str] = []
    here = ""
    for part in root.split("/") if root else ():
        found += [name for name in tree.folders(here) if name != part] + tree.files(here)
        here = join(here, part)
    return found


def _several(tree: Tree, root: str) -> bool:
    """Return whether a folder looks as if it held a class."""
    files = [name for name in tree.files(root) if not layouts.nobodys(name)]
    archives = [name for name in files if is_archive(name)]
    return len(files) == len(archives) and len(tree.folders(root)) + len(archives) > 1


class _Below:
    """A tree, seen from a folder in it."""

    def __init__(self, tree: Tree, root: str):
        self._tree, self._root = tree, root

    def folders(self, path: str = "") -> list[str]:
        return self._tree.folders(join(self._root, path))

    def files(self, path: str = "") -> list[str]:
        return self._tree.files(join(self._root, path))

    def inner(self, path: str) -> str:
        return self._tree.inner(join(self._root, path))

    def read(self, path: str, limit: int) -> bytes:
        return self._tree.read(join(self._root, path), limit)

    def modified(self, path: str) -> datetime.datetime | None:
        return self._tree.modified(join(self._root, path))

    def print_of(self, path: str) -> str:
        return self._tree.print_of(join(self._root, path))


def _located(
    tree: Tree, root: str, attempt: Attempt, lab: Lab, deadline: float, *, whole: bool
) -> dict[str, Any]:
    """Tell where an attempt's bytes lie, when they were handed in, and what tells them apart."""
    made: dict[str, Any] = {
        "people": [list(astuple(person)) for person in attempt.people],
        "path": "",
        "selection": None,
        "order": attempt.order,
        "remarks": [to_data(remark) for remark in attempt.remarks],
        "reason": None,
    }
    (piece, named), *more = attempt.pieces
    folder = not named
    files: dict[str, str] = {}
    try:
        for path, name in attempt.pieces:
            if name:
                files[path] = name
                continue
            for inside in files_below(tree, path, lab.limits.entries):
                files[inside] = inside[len(path) :].lstrip("/")
    except (Refused, OSError) as error:
        # Reading the folder says the same of it; a selection would be of a part.
        problem = message_of(error) if isinstance(error, Refused) else str(error.strerror)
        made["reason"] = to_data(problem)
    if not whole and not more and (folder or is_archive(piece) or piece == named):
        made["path"], made["reason"] = join(root, piece), None
    elif piece == named and not more and not is_archive(piece):
        made["reason"] = to_data(say("it is not a folder, .zip or .tar.gz"))
    else:
        made["selection"] = [[tree.inner(path), name] for path, name in files.items()]
    moment, origin = attempt.time, PLATFORM
    if moment is None:
        moment, origin = _date(tree, files or {piece: named}, lab), FILE_DATE
    made["time"], made["origin"] = moment and moment.isoformat(), origin if moment else ""
    digest = hashlib.sha256()
    for path, name in sorted(files.items(), key=lambda item: item[1]):
        text = f"{name}\0{tree.print_of(path)}\0"
        digest.update(text.encode("utf-8", "surrogateescape"))
    made["print"] = digest.hexdigest()
    made["members"] = members_of(tree, files, lab.limits, deadline)
    return made


def _date(tree: Tree, files: dict[str, str], lab: Lab) -> datetime.datetime | None:
    """Return the date of the newest of the lab's files, or of all if there are none."""
    wanted = {plain_name(name) for name in (*lab.files, f"{lab.name}.ipynb")}
    lab_files = [path for path, name in files.items() if plain_name(Path(name).name) in wanted]
    dates = [tree.modified(path) for path in lab_files or files]
    known = [date for date in dates if date is not None and date.year >= FIRST_YEAR]
    return max(known, default=None)


def _plain(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode()


def _read(found: Any) -> Stock:
    """Make a `Stock` of what the fork sent."""
    return Stock(
        found["layout"],
        tuple(found["also"]),
        tuple(
            Handed(
                tuple(
                    Person(text, name, email, tuple(keys))
                    for text, name, email, keys in each["people"]
                ),
                each["path"],
                None if each["selection"] is None else dict(each["selection"]),
                each["time"] and datetime.datetime.fromisoformat(each["time"]),
                each["origin"],
                each["order"],
                each["print"],
                tuple(from_data(remark) for remark in each["remarks"]),
                each["reason"] and from_data(each["reason"]),
                None if each["members"] is None else tuple(each["members"]),
            )
            for each in found["attempts"]
        ),
        tuple(found["rest"]),
    )
