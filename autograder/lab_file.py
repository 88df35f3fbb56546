"""Reads and checks a lab's description, ``lab.toml``."""

from __future__ import annotations

import ast
import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

from autograder.lab import (
    BEST,
    DESCRIPTION,
    IN_TIME,
    LANGUAGE_TAG,
    LATEST,
    PART_LIMITS,
    AttemptRules,
    CourseRules,
    Lab,
    LabError,
    Limits,
    Part,
    Release,
)
from autograder.lab_data import check_data
from autograder.lab_keys import check_keys, refuse_unknown
from autograder.languages import LOCALE, SOURCE_LANGUAGE
from autograder.suite_file import parse, written_points

#: A distribution's name, as the packaging specification has it.
PACKAGE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def find_lab(given: Path | None = None) -> Path:
    """Find the description of the lab that is meant.

    Parameters
    ----------
    given
        A description, or the folder that it lies in; by default the current folder and those
        above it are searched.

    Raises
    ------
    LabError
        If none is given and there is none.
    """
    if given:
        return given / DESCRIPTION if given.is_dir() else given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / DESCRIPTION).is_file():
            return folder / DESCRIPTION
    raise LabError(
        f"there is no {DESCRIPTION} in {here} or in a folder above it; go to the lab's folder, or "
        "name it with --lab FOLDER"
    )


def load_lab(path: Path) -> Lab:
    """Read and check a description.

    Parameters
    ----------
    path
        The ``lab.toml``.

    Raises
    ------
    LabError
        If it can't be read or does not describe a lab.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"cannot read the lab's description {path}: {error.strerror}") from error
    except ValueError as error:
        raise LabError(f"{path} is not valid TOML: {error}") from error
    root = path.resolve().parent
    try:
        check_keys(table)
        lab, release = table["lab"], table["release"]
        data = _texts(lab.get("data", []))
        source = _text(lab["reference"])
        result = Lab(
            root=root,
            name=_text(lab["name"]),
            title=_text(lab["title"]),
            suite=root / _text(lab["suite"]),
            reference=root / _text(lab["reference"]),
            sample=root / _text(lab["sample"]),
            mistakes=root / _text(lab["mistakes"]) if "mistakes" in lab else None,
            styles=root / _text(lab["styles"]) if "styles" in lab else None,
            locale=root / _text(lab["locale"]) if "locale" in lab else None,
            graph=root / _text(lab["graph"]) if "graph" in lab else None,
            tasks={name: _text(file) for name, file in table["tasks"].items()},
            parts=_parts(table["parts"], root / _text(lab["suite"])),
            release=Release(
                _text(release["folder"]),
                tuple(release["skeletons"]),
                {name: f"{source}/{name}" for name in data} | release["copies"],
                _text(release["notebook"]) if "notebook" in release else None,
                _text(release["locale"]) if "locale" in release else None,
                _texts(release.get("docstrings", [])),
                _texts(release.get("documents", [])),
                _text(release["checks"]) if "checks" in release else None,
                tuple(map(_left, release.get("left", []))),
            ),
            limits=_limits(table.get("limits", {})),
            course=_course(table.get("course", {})),
            attempts=_attempts(table.get("attempts", {})),
            needs=_texts(lab.get("needs", [])),
            languages=_languages(lab.get("languages", [SOURCE_LANGUAGE]), "locale" in lab),
            free_points=_points(lab.get("free_points", 0), "free_points"),
            packages=_packages(lab.get("packages", [])),
            data=data,
        )
        check_data(result)
        _check_tasks(result)
    except KeyError as error:
        raise LabError(f"{path} lacks the entry {error}") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise LabError(f"{path} has an entry that is not as it should be: {error}") from error
    return result


def read_files(folder: Path, lab: Lab) -> dict[str, bytes]:
    """Read the files of the lab from a folder that holds them all."""
    return {name: (folder / name).read_bytes() for name in lab.files}


def _check_tasks(lab: Lab) -> None:
    """See that the solution has what students write, where it is there."""
    for task, file in lab.tasks.items():
        try:
            nodes = list(ast.walk(parse((lab.reference / file).read_bytes())))
        except (OSError, SyntaxError, ValueError):  # which is told where the lab is proved
            continue
        names = {getattr(node, key, None) for node in nodes for key in ("name", "asname", "id")}
        if not names & {task, "*"}:
            raise LabError(
                f"the solution's {file} has no `{task}`, which lab.toml names in [tasks]"
            )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be a string")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} should be a list of strings")
    return tuple(map(_text, value))


def _points(value: Any, name: str) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"`{name}` should be a whole number, 0 or more")
    return value


def _parts(tables: list[dict[str, Any]], folder: Path) -> tuple[Part, ...]:
    """Read the parts; each may use those before it."""
    parts: list[Part] = []
    for table in tables:
        part = _part(table, folder)
        for name in part.uses:
            if name not in [earlier.name for earlier in parts]:
                raise ValueError(
                    f"the part {part.name} uses {name!r}, which is none of the parts before it"
                )
        parts.append(part)
    return tuple(parts)


def _packages(value: Any) -> tuple[str, ...]:
    names = _texts(value)
    for name in names:
        if not PACKAGE_NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} in `packages` should be the name of a package alone, like scipy"
            )
    return names


def _part(table: dict[str, Any], folder: Path) -> Part:
    """Read a part; without points of its own it has those of its checks."""
    suite = folder / _text(table["suite"])
    if not suite.is_file():
        raise LabError(f"lab.toml names the suite {suite.name}, which is not in {folder}")
    points = table["points"] if "points" in table else written_points(suite)
    _text(table.get("graded", ""))
    uses, limits = _texts(table.get("uses", [])), table.get("limits", {})
    refuse_unknown(limits, PART_LIMITS, "limit", " of a part")
    _limits(limits)
    return Part(**table | {"points": _points(points, "points"), "uses": uses, "limits": limits})


def _left(table: dict[str, Any]) -> tuple[str, str]:
    refuse_unknown(table, ("text", "command"), "key", " in [[release.left]]")
    return _text(table["text"]), _text(table["command"])


def _languages(tags: Any, translated: bool) -> tuple[str, ...]:
    """Check a list of languages; `translated` tells whether the lab has translations of its own."""
    if not isinstance(tags, list) or not tags:
        raise ValueError('`languages` should be a list of at least one, like ["en"]')
    for tag in tags:
        if not LANGUAGE_TAG.fullmatch(_text(tag)):
            raise ValueError(f"the language {tag!r} should be written like en, fr-CA or zh-TW")
        if tags.count(tag) > 1:
            raise ValueError(f"the language {tag!r} is in `languages` more than once")
        known = tag == SOURCE_LANGUAGE or (LOCALE / tag.replace("-", "_")).is_dir()
        if not known and not translated:
            raise ValueError(
                f"the engine is not translated into the language {tag!r}; name a folder for the "
                "lab's own translations as `locale`, and run python -m autograder messages"
            )
    return tuple(tags)


def _limits(table: dict[str, Any]) -> Limits:
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"the limit {name} should be a number above 0")
    return Limits(**table)


def _attempts(table: dict[str, Any]) -> AttemptRules:
    rules = AttemptRules(**table)
    if rules.counts not in (LATEST, IN_TIME, BEST):
        raise ValueError(f'`counts` should be "{LATEST}", "{IN_TIME}" or "{BEST}"')
    if not isinstance(rules.file_dates, bool):
        raise ValueError("`file_dates` should be true or false")
    return rules


def _course(table: dict[str, Any]) -> CourseRules:
    rules = CourseRules(**table)
    _text(rules.id)
    if not isinstance(rules.due, datetime.datetime | None):
        raise ValueError("`due` should be a date and a time, like 2026-12-20T23:59:00+08:00")
    if rules.due is not None and rules.due.tzinfo is None:
        raise ValueError("`due` should say how far it is from UTC, like 2026-12-20T23:59:00+08:00")
    if not rules.id or set(rules.id) & set("/+ \\") or rules.id.startswith("."):
        raise ValueError(f"the course's id {rules.id!r} should be a plain name")
    for name in ("grace_minutes", "grace_days"):
        number = getattr(rules, name)
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError(f"`{name}` should be a whole number, 0 or more")
    percent = rules.percent_a_day
    if not isinstance(percent, int | float) or not 0 <= percent <= 100:
        raise ValueError("`percent_a_day` should be a number from 0 to 100")
    return rules
