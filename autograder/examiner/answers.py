"""What goes to an examiner, and what comes back: checked, since it may come from a submission."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import records
from autograder.diagnosis.catalogue import Reason
from autograder.draws import DrawSource
from autograder.intake.submission import Archive
from autograder.jail.inside.json_depth import too_deep
from autograder.lab import Check
from autograder.messages import from_data, to_data
from autograder.text import clean

#: So deep may the data of an answer stand within each other.
DEPTH_LIMIT = 64
#: So many pictures of a check, characters of each, and mistakes that may be named.
FIGURES_LIMIT, FIGURE_SIZE, NAMES_LIMIT = 8, 50_000, 100
REMARKS_LIMIT = 100
#: How a check can end.
OUTCOMES = frozenset(
    {records.PASSED, records.FAILED, records.TIMEOUT, records.CRASHED, records.NOT_REACHED}
)


class BadAnswer(Exception):
    """An examiner's answer is not what it should be; the text says in what."""


@dataclass(frozen=True)
class Answer:
    """What was found in a submission.

    Attributes
    ----------
    refused
        Why nothing was run, if nothing was.
    digest
        Of the files.
    remarks
        What a reader of the grade should know.
    checks
        What each check found, without ``diagnosis``.
    reasons
        Check id -> what is known of why it failed.
    """

    refused: str | None
    digest: str
    remarks: list[str]
    checks: list[records.CheckResult]
    reasons: dict[str, Reason]


def submission_job(
    draws: DrawSource,
    checks: Iterable[Check],
    wanted: Sequence[str] | None,
    files: Mapping[str, bytes],
    problems: Mapping[str, str],
    archive: Archive | None = None,
) -> dict[str, Any]:
    """Return what an examiner is told of a submission.

    Parameters
    ----------
    draws
        Of the run; the examiner is told no more than its checks draw from.
    checks
        Of the lab.
    wanted
        The ids of those to run, or names of suites; all if None.
    files, problems
        As in `autograder.intake.submission.Submission`.
    archive
        What takes their place, if it is an archive.
    """
    return {
        "files": dict(files),
        "problems": {name: to_data(problem) for name, problem in problems.items()},
        "archive": archive and _plain(archive),
        "checks": None if wanted is None else list(wanted),
        "draws": draws.table(check.id for check in checks),
    }


def _plain(archive: Archive) -> dict[str, Any]:
    """Return what an archive's bytes don't say; a list, since a class has more files than keys."""
    selection = archive.selection
    return {
        "name": archive.name,
        "inner": archive.inner,
        "selection": None if selection is None else [list(pair) for pair in selection.items()],
    }


def variants_job(
    draws: DrawSource,
    checks: Iterable[Check],
    variants: Mapping[str, Mapping[str, bytes]],
    wanted: Mapping[str, Sequence[str]] | None = None,
    *,
    quick: bool = False,
) -> dict[str, Any]:
    """Return what an examiner is told of code of the lab's own; see `run_local`."""
    return {
        "variants": {name: dict(files) for name, files in variants.items()},
        "wanted": wanted and {check: list(names) for check, names in wanted.items()},
        "quick": quick,
        "draws": draws.table(check.id for check in checks),
    }


def chosen(checks: Iterable[Check], wanted: Sequence[str] | None) -> list[Check]:
    """Return the checks with these ids or in these suites; all if None."""
    asked = set(wanted or ())
    return [
        check
        for check in checks
        if wanted is None or asked & {check.id, check.id.partition("::")[0]}
    ]


def read_answer(data: bytes, checks: Sequence[Check], mistakes: Iterable[str]) -> Answer:
    """Read an answer and see that it says what it may, and all that it should.

    Parameters
    ----------
    data
        JSON of what `autograder.examiner.examination.examine` returned, or anything else.
    checks
        Those that were to be run, in order.
    mistakes
        The names of all that may be named.

    Raises
    ------
    BadAnswer
        If it is not such an answer.
    """
    try:
        if too_deep(data, DEPTH_LIMIT):
            raise BadAnswer("it is nested too deep")
        table = json.loads(data)
        if set(table) == {"refused"}:
            return Answer(from_data(table["refused"]), "", [], [], {})
        found = table["checks"]
        if set(table) != {"digest", "remarks", "checks"} or len(found) != len(checks):
            raise BadAnswer("it has not all that it should have")
        known = frozenset(mistakes)
        reasons = {
            check.id: _reason(each["reason"], known)
            for check, each in zip(checks, found, strict=True)
            if each["reason"] is not None
        }
        return Answer(
            None,
            _text(table["digest"], 100),
            [from_data(remark) for remark in table["remarks"][:REMARKS_LIMIT]],
            [_result(each, check) for check, each in zip(checks, found, strict=True)],
            reasons,
        )
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # Not the text, in which there may be what was answered.
        raise BadAnswer(f"it can't be read ({type(error).__name__})") from error


def _result(found: dict[str, Any], check: Check) -> records.CheckResult:
    """Make the result of a check; only what was found is taken from the answer."""
    outcome, said, seconds = found["outcome"], found["said"], found["seconds"]
    if found["id"] != check.id or outcome not in OUTCOMES:
        raise BadAnswer("a check is not one of those that were to be run")
    if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
        raise BadAnswer("a time is no time")
    message = "" if said is None else clean(from_data(said), 1000)
    if type(found["certain"]) is not bool:
        raise BadAnswer("whether a check is certain is not said")
    passed = outcome == records.PASSED
    return records.CheckResult(
        name=check.title,
        id=check.id,
        part=check.part,
        points=check.points if passed else 0,
        max_points=check.points,
        outcome=outcome,
        message="" if passed else sentence(message),
        diagnosis=None,
        seconds=seconds,
        said=None if passed else said,
        figures=_figures(found["figures"]),
        certain=found["certain"],
    )


def _figures(figures: list[Any]) -> tuple[dict[str, Any], ...]:
    """Return the pictures, of which whoever draws them expects nothing but their size."""
    if type(figures) is not list or len(figures) > FIGURES_LIMIT:
        raise BadAnswer("its pictures are none")
    if not all(type(figure) is dict for figure in figures):
        raise BadAnswer("its pictures are none")
    if any(len(json.dumps(figure)) > FIGURE_SIZE for figure in figures):
        raise BadAnswer("a picture is too large")
    return tuple(figures)


def _reason(data: list[Any], known: frozenset[str]) -> Reason:
    symptom, telling, exact, names, relation = data
    if not set(names) <= known or len(names) > NAMES_LIMIT:
        raise BadAnswer("a reason is none")
    if type(telling) is not bool or type(exact) is not bool:
        raise BadAnswer("a reason is none")
    told = None if relation is None else from_data(relation)
    return Reason(_text(symptom, 64), telling, exact, tuple(names), told)


def _text(value: Any, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit or not value.isprintable():
        raise BadAnswer("a text is none")
    return value


def sentence(text: str) -> str:
    """Start with a capital letter, unless the first word is a name from the student's code."""
    starts = text.startswith(("what ", "the ", "a ", "an ", "every "))
    return text[0].upper() + text[1:] if starts else text
