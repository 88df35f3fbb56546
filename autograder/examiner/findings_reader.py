"""Reads what an examiner answers to an inspection, and sees that it is what it may be."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from autograder.examiner.answers import DEPTH_LIMIT, OUTCOMES, REMARKS_LIMIT, BadAnswer, sentence
from autograder.examiner.findings import (
    ARGUMENTS_LIMIT,
    CALLS_LIMIT,
    ENTRIES_LIMIT,
    OPERATIONS,
    PRINTED_LIMIT,
    SOURCE_LIMIT,
    VALUE_LIMIT,
    Arrays,
    Call,
    Finding,
    Findings,
    Frame,
    Side,
    Trace,
)
from autograder.jail.inside.json_depth import too_deep
from autograder.jail.inside.limits import (
    FRAMES_LIMIT,
    LINES_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    VARIABLE_LIMIT,
    VARIABLES_LIMIT,
)
from autograder.jail.inside.wire import AXES_LIMIT
from autograder.lab import Check
from autograder.messages import from_data
from autograder.text import clean, clean_lines

Part = TypeVar("Part")
#: Characters of a target, which can be an attribute of another one.
TARGET_LIMIT = 2 * NAME_LIMIT
#: Larger than any count that there is.
COUNT_LIMIT = 2**53


def read_findings(data: bytes, checks: Sequence[Check], files: Iterable[str]) -> Findings:
    """Read what `autograder.examiner.inspection.inspect` returned, or anything else.

    Parameters
    ----------
    data
        JSON.
    checks
        Those that were to be run, in order.
    files
        The names that the lab's files have.

    Raises
    ------
    BadAnswer
        If it is not such an answer, or larger than one may be.
    """
    try:
        if too_deep(data, DEPTH_LIMIT):
            raise BadAnswer("it is nested too deep")
        table = json.loads(data)
        if set(table) == {"refused"}:
            return Findings(from_data(table["refused"]), "", (), {}, ())
        if set(table) != {"digest", "remarks", "files", "checks"}:
            raise BadAnswer("it has not all that it should have")
        found = _some(table["checks"], len(checks), lambda each: each)
        known = frozenset(files)
        texts = dict(_some(table["files"], len(known), _source))
        if len(found) != len(checks) or not set(texts) <= known:
            raise BadAnswer("it has not all that it should have")
        return Findings(
            None,
            _line(table["digest"], 100),
            _some(table["remarks"], REMARKS_LIMIT, from_data),
            texts,
            tuple(_finding(each, check) for each, check in zip(found, checks, strict=True)),
        )
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        # Not the text, in which there may be what was answered.
        raise BadAnswer(f"it can't be read ({type(error).__name__})") from error


def _finding(found: dict[str, Any], check: Check) -> Finding:
    if found["id"] != check.id or found["outcome"] not in OUTCOMES:
        raise BadAnswer("a check is not one of those that were to be run")
    said, trace, arrays = found["said"], found["trace"], found["arrays"]
    return Finding(
        check=check,
        outcome=found["outcome"],
        message="" if said is None else sentence(clean(from_data(said), 1000)),
        line=_number(found["line"], LINES_LIMIT),
        calls=_some(found["calls"], CALLS_LIMIT, _call),
        more=_number(found["more"], COUNT_LIMIT),
        printed=clean_lines(_text(found["printed"], PRINTED_LIMIT), PRINTED_LIMIT),
        trace=None if trace is None else _trace(trace),
        arrays=None if arrays is None else _arrays(arrays),
    )


def _call(found: dict[str, Any]) -> Call:
    if found["operation"] not in OPERATIONS or type(found["raised"]) is not bool:
        raise BadAnswer("a call is none")
    result = found["result"]
    return Call(
        line=_number(found["line"], LINES_LIMIT),
        operation=found["operation"],
        target=_line(found["target"], TARGET_LIMIT),
        name=_line(found["name"], NAME_LIMIT),
        arguments=_some(found["arguments"], ARGUMENTS_LIMIT, lambda p: _pair(p, VALUE_LIMIT)),
        result=None if result is None else _line(result, TARGET_LIMIT + VALUE_LIMIT),
        raised=found["raised"],
    )


def _trace(found: dict[str, Any]) -> Trace:
    return Trace(
        _line(found["type"], NAME_LIMIT),
        _line(found["text"], TEXT_LIMIT),
        _some(found["frames"], FRAMES_LIMIT, _frame),
    )


def _frame(found: list[Any]) -> Frame:
    file, line, function, variables = found
    return Frame(
        _line(file, NAME_LIMIT),
        _number(line, LINES_LIMIT),
        _line(function, NAME_LIMIT),
        _some(variables, VARIABLES_LIMIT, lambda pair: _pair(pair, VARIABLE_LIMIT)),
    )


def _arrays(found: dict[str, Any]) -> Arrays:
    actual, expected = (
        None if found[side] is None else _side(found[side]) for side in ("actual", "expected")
    )
    wrong, number = found["wrong"], found["number"]
    if (wrong is None) != (number is None) or (actual is None and expected is None):
        raise BadAnswer("a comparison is none")
    return Arrays(
        _line(found["what"], TEXT_LIMIT),
        actual,
        expected,
        None
        if wrong is None
        else frozenset(_some(wrong, ENTRIES_LIMIT, lambda place: _number(place, COUNT_LIMIT))),
        None if number is None else _number(number, COUNT_LIMIT),
    )


def _side(found: dict[str, Any]) -> Side:
    shape = _some(found["shape"], AXES_LIMIT, lambda length: _number(length, 2**31))
    size = math.prod(shape)

    def entry(pair: list[Any]) -> tuple[int, str]:
        place, text = pair
        return _number(place, max(size, 1)), _line(text, 60)

    return Side(shape, _some(found["entries"], ENTRIES_LIMIT, entry))


def _some(value: Any, limit: int, read: Callable[[Any], Part]) -> tuple[Part, ...]:
    if type(value) is not list or len(value) > limit:
        raise BadAnswer("a list is too long, or none")
    return tuple(read(each) for each in value)


def _pair(value: Any, limit: int) -> tuple[str, str]:
    name, text = value
    return _line(name, NAME_LIMIT), _line(text, limit)


def _source(value: Any) -> tuple[str, str]:
    name, text = value
    return _line(name, NAME_LIMIT), clean_lines(_text(text, SOURCE_LIMIT), SOURCE_LIMIT)


def _line(value: Any, limit: int) -> str:
    return clean(_text(value, limit), limit)


def _text(value: Any, limit: int) -> str:
    if type(value) is not str or len(value) > limit:
        raise BadAnswer("a text is too long, or none")
    return value


def _number(value: Any, limit: int) -> int:
    if type(value) is not int or not 0 <= value < limit:
        raise BadAnswer("a number is too large, or none")
    return value
