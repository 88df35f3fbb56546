"""Drives the grader's end of the pipe with frames that no honest worker would send.

::

    python -m tests.fuzz.frames --minutes 10

tries arbitrary bytes and well-formed but hostile frames: edges of every bound, calls of the suite's
objects, forged effects, floods. What arrives is then compared and diagnosed as a check would do.
It reports how many frames were tried, and ends with 1 if the grader raised what no check expects,
took over a second of processor time for a frame, or grew.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import struct
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from autograder.checks import (
    Array,
    CheckFailed,
    Known,
    Number,
    Text,
    assert_array,
    assert_array_form,
    assert_equal,
    assert_gradient,
    assert_is_number,
    assert_items,
    assert_unchanged,
    export,
    figures,
    say,
)
from autograder.diagnosis.symptoms import symptom_of
from autograder.jail.inside import wire
from autograder.jail.inside.frames import (
    JSON_LIMIT,
)
from autograder.jail.inside.special import SPECIAL
from autograder.suites.errors import StudentError, WorkerEnded
from autograder.suites.exception_text import explain
from autograder.suites.proxies import Proxy
from tests.fuzz.worker_end import connected, raw_frame

FRAME_SECONDS, MEMORY_MIB, GROWTH_MIB, ROUND = 1.0, 500.0, 60.0, 500
FILES = {"thing.py": b"class Thing:\n    def act(self, x):\n        return x\n"}

# Frames -----------------------------------------------------------------------------------------

EDGES = [
    *(0, 1, -1, 7, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30),
    *(1.5, -0.0, 1e308, 1e-320, float("inf"), float("nan"), True, None),
    *("", "forward", "update", "return", "\ud800", "ValueError", "<f8", "x" * 2000),
]
SHAPES = [[], [3], [2, 3], [0], [1] * 8, [1] * 9, [2] * 20, [0, 2**40], [2**62, 4], [10**6], [-1]]
STARTS = [0, 8, 1000, -8, 2**62]
TAGS = [*sorted(wire.TAGS), "host", "object", "odd"]
#: All have the same hash.
COLLIDING = [{"tuple": list(key)} for key in itertools.product((-1, -2), repeat=8)]
edges = st.sampled_from(EDGES)
blocks = st.builds(
    lambda dtype, shape, start: [dtype, shape, start],
    st.sampled_from([*sorted(wire.DTYPES), "|O", "<f16", ">f8"]),
    st.sampled_from(SHAPES) | st.lists(st.integers(0, 5), max_size=4),
    st.sampled_from(STARTS),
)
stretches = st.tuples(st.sampled_from(STARTS), st.sampled_from([0, 3, 100, 10**6, 2**61]))
special = st.sampled_from(sorted(SPECIAL))
numbers = st.integers(-2, 3) | st.sampled_from([2**62, 2**63])
tagged = st.one_of(
    st.builds(lambda b: {"array": b}, blocks),
    st.builds(lambda b: {"scalar": b}, blocks),
    st.builds(lambda s: {"floats": list(s)}, stretches),
    st.builds(lambda s: {"bytes": list(s)}, stretches),
    st.builds(lambda n: {"host": n}, numbers),
    st.builds(lambda n, name, names, special: {"object": [n, name, names, special]}, numbers, edges,
              st.lists(edges, max_size=3), st.lists(edges | special, max_size=3)),
)  # fmt: skip
colliding = st.builds(
    lambda tag, count: {tag: Many({"tuple": [-1, -2, -1]}, count)},
    st.sampled_from(["set", "frozenset"]),
    st.sampled_from([2, 1000, 1001, 9000]),
) | st.sampled_from(["set", "frozenset"]).map(lambda tag: {tag: COLLIDING})


@dataclass(frozen=True)
class Many:
    """A value many times in a list, or in so many lists within each other."""

    value: object
    count: int
    deep: bool = False


def text_of(value):
    """Write a tree as JSON, which is little longer than a frame may hold."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(str(key))}:{text_of(item)}" for key, item in value.items()]
        return "{" + ",".join(pairs)[:JSON_LIMIT] + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(text_of, value))[:JSON_LIMIT] + "]"
    if not isinstance(value, Many):
        return json.dumps(value)
    text = text_of(value.value)
    if value.deep:
        return "[" * value.count + text + "]" * value.count
    return "[" + ",".join([text] * min(value.count, JSON_LIMIT // len(text) + 1)) + "]"


values = st.recursive(
    edges | tagged | colliding,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.builds(lambda tag, items: {tag: items}, st.sampled_from(TAGS),
                  st.lists(inner, max_size=4)),
        st.builds(lambda pairs: {"dict": [list(pair) for pair in pairs]},
                  st.lists(st.tuples(inner, inner), max_size=4)),
        st.builds(Many, inner,
                  st.sampled_from([2, 2, 2, 10, 100, 1001, 40_000])),
        st.builds(Many, inner, st.sampled_from([15, 17, 60, 200]), st.just(True)),
    ),
    max_leaves=8,
)  # fmt: skip


effects = st.one_of(
    st.just(["", [], []]),
    st.builds(
        lambda text, noted, changed: [text, noted, changed],
        st.sampled_from(["", "x", "\n", "\ud800", "\0\x1b[2J", "x" * 70_000]),
        st.builds(Many,
                  st.tuples(st.sampled_from(["RuntimeWarning", "int", "\ud800"]), edges).map(list),
                  st.sampled_from([0, 0, 0, 1, 30_000])),
        st.lists(st.builds(lambda i, v: [i, v], numbers, tagged), max_size=3),
    ),
    values,
)  # fmt: skip
errors = st.builds(
    lambda types, text, frames: {
        "dict": [["types", types], ["text", text], ["frames", frames]]
    },
    st.lists(edges, max_size=3) | values,
    edges,
    st.lists(st.tuples(st.sampled_from(["thing.py", "x"]), numbers, edges).map(list), max_size=3)
    | values,
)  # fmt: skip
named = st.lists(st.tuples(st.sampled_from(["x", "rate", "name"]) | edges, values), max_size=2)
messages = st.one_of(
    st.builds(lambda v, e: [1, "return", v, e], values, effects),
    st.builds(lambda v, e: [1, "raise", v, e], errors | values, effects),
    st.builds(
        lambda number, host, method, args, kwargs: [
            number, "host", host, method, args, {"dict": [list(pair) for pair in kwargs]},
        ],
        numbers,
        numbers,
        st.sampled_from(["forward", "update", "name", "hidden", "__class__", "__call__", "seen"])
        | st.sampled_from(["__next__", "__getattribute__", "__exit__", "__enter__", "__len__"]),
        st.lists(values, max_size=3),
        named,
    ),
    values,
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """How a frame is made: of a tree and a payload, with some bytes changed, many times."""

    message: object
    payload: bytes = b""
    times: int = 1
    changes: tuple = ()
    count: int = 1

    def made(self):
        """Give its bytes; the text of one that is too long is cut."""
        text = text_of(self.message).encode("ascii", "replace")[:JSON_LIMIT]
        frame = bytearray(raw_frame(text, self.payload * self.times))
        for place, byte in self.changes:
            frame[place % len(frame)] = byte
        return bytes(frame) * (self.count if len(frame) < 2000 else 1)


formed = st.builds(
    Frame,
    messages,
    st.sampled_from([b"\0" * 8, struct.pack("<d", 1.5), b"\xff" * 8, bytes(range(256))]),
    st.sampled_from([0, 0, 1, 1, 16, 1000, 60_000]),
    st.just(()) | st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=3),
    st.sampled_from([1, 1, 1, 10, 1000]),
)
frames = st.one_of(
    formed,
    formed,
    formed,
    st.binary(max_size=300),
    st.builds(
        lambda a, b: struct.pack(">II", a, b),
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**32 - 1),
    ),
)

# What a check does with what it receives ---------------------------------------------------------


class Layer:
    """An object of the suite's, which writes down its calls."""

    def __init__(self):
        self.seen, self.w = [], np.ones((2, 3))

    @export(x=Array(axes=2))
    def forward(self, x):
        self.seen.append(x.copy())
        if x.shape[1] != 3:
            raise ValueError(say("not as wide as the layer"))
        return x @ self.w.T

    @export(rate=Number(), name=Text(optional=True))
    def update(self, rate, name=None):
        self.seen.append((rate, name))
        self.w = self.w - rate * np.ones((2, 3))

    def hidden(self):
        raise AssertionError("a method was called that is not exported")


@export(x=Array())
def function(x):
    """Stand for a function of the suite's."""
    return x.sum()


@export()
@dataclass
class Record:
    """A dataclass of the suite's."""

    x: float = 1.0


RIGHT = [
    Record(),
    np.arange(6.0).reshape(2, 3),
    np.linspace(-1.0, 1.0, 5),
    1.5,
    {"a": [1.0, 2.0, 3.0], (1, 2): "x"},
    [1, 2, 3],
    {1, 2, (3, 4)},
    (1.0, "text", None),
]


def look_at(value):
    """Compare and diagnose a value as checks do."""
    for right in RIGHT:
        comparisons = [lambda right=right: assert_equal(value, right, "it", keys=["a"])]
        if isinstance(right, np.ndarray):
            known = Known(before=right * 2, given={"x": right + 1})
            comparisons += [
                lambda right=right, known=known: assert_array(value, right, "it", known=known),
                lambda right=right: assert_array(value, right, "it", kinds="biuf"),
                lambda right=right: assert_array_form(value, right.shape, "it"),
                lambda right=right: assert_gradient(value, right, "it"),
                lambda right=right: assert_unchanged(value, right, "it"),
                lambda right=right: figures.of_failure(value, right),
                lambda: assert_is_number(value, "it"),
            ]
        for compare in comparisons:
            try:
                compare()
            except CheckFailed as error:
                symptom = symptom_of(error)
                assert symptom.digest and symptom.telling in (True, False)
                assert symptom.reason is None or str(symptom.reason)


USES = (
    lambda value: assert_items(value, [1, 2], "it"),
    lambda value: list(itertools.islice(value, 3)),
    lambda value: list(value),
    lambda value: (len(value), value[0], 1 in value),
    lambda value: (value + 1, 1.5 * value, -value, np.float64(1) + value),
)


def use(value, connection):
    """Use a value as Python writes it, as checks do; what goes wrong would fail the check."""
    for act in USES:
        connection.count = 0
        try:
            with np.errstate(all="ignore"):
                act(value)
        except (StudentError, WorkerEnded):
            raise
        except Exception:
            continue


class Harm(AssertionError):
    """A frame took too long, or too much memory."""


def timed(function):
    """Raise `Harm` if one call of a function takes too long; waiting does not count."""

    def call(*args, **kwargs):
        start = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            seconds = time.thread_time() - start
            slowest[0] = max(slowest[0], seconds)
            if seconds > FRAME_SECONDS:
                raise Harm(f"{function.__qualname__} took {seconds:.2f} s")

    return call


#: The longest time that anything took, since it was set to 0.
slowest = [0.0]


def some_hosts():
    """Give objects of the suite's."""
    numbers = itertools.count()
    return [Layer(), function, np.array([object()]), numbers, Record(), (n for n in numbers)]


def receive(data):
    """Have a connection read these bytes, and look at what it gives as a check would."""
    before = rss()
    with connected(*data, hosts=some_hosts()) as (connection, _):
        connection.budget.calls = 3000
        for part, name in (
            *((connection, name) for name in ("_receive", "_send", "_apply")),
            (connection.hosts, "call"),
        ):
            setattr(part, name, timed(getattr(part, name)))
        while True:
            connection.count = 0  # all answers are to the first request
            try:
                value = connection.request("call", np.ones(3), [1, 2])
                timed(look_at)(value)
                if isinstance(value, Proxy):
                    timed(use)(value, connection)
            except StudentError as error:
                assert symptom_of(error).digest and timed(explain)(error, FILES)
            except WorkerEnded:
                break
            finally:
                if rss() > before + MEMORY_MIB:
                    raise Harm(f"memory grew from {before:.0f} to {rss():.0f} MiB")


def rss():
    """Give the memory of this process in MiB."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def tries(examples, **options):
    """Make a function that tries so many examples, and count what it tried."""
    counted = {"frames": 0, "bytes": 0}

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    @given(st.lists(frames, min_size=1, max_size=4))
    def run(data):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = [frame if isinstance(frame, bytes) else frame.made() for frame in data]
            receive(data)
        counted["frames"] += len(data)
        counted["bytes"] += sum(map(len, data))

    return run, counted


def main():
    """Try frames for some minutes; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    chosen = parser.parse_args()
    end, number = time.monotonic() + 60 * chosen.minutes, chosen.seed
    total, size, before = 0, 0, 0.0
    printed, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115
    while time.monotonic() < end:
        run, counted = tries(ROUND, phases=[Phase.generate, Phase.shrink])
        try:
            seed(number)(run)()
        except BaseException as error:
            print(f"\nround {number}, after {total} frames:", file=sys.stderr)
            traceback.print_exception(error)
            return 1
        total, size = total + counted["frames"], size + counted["bytes"]
        number += 1
        gc.collect()
        before = before or rss()  # after the first round
        print(f"\r{total} frames, {size >> 20} MiB, {rss():.0f} MiB", end="", file=sys.stderr)
    grown = rss() - before
    print(
        f"\n{total} frames of {size / 2**20:.0f} MiB in {chosen.minutes:g} minutes: no crash, the "
        f"slowest took {slowest[0]:.2f} s, memory grew by {grown:.0f} MiB",
        file=printed,
    )
    return int(grown > GROWTH_MIB)


if __name__ == "__main__":
    sys.exit(main())
