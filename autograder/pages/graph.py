"""The graph of what is computed from what, as a lab describes it, and where its checks failed.

A lab names a TOML file of nodes and edges. A node is an operation that checks look at, or a value;
what stands in the file is all that is known here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.lab import Lab, LabError
from autograder.languages.translations import Language
from autograder.records import NOT_REACHED, PASSED
from autograder.suite_file import written_checks
from autograder.text import clean

#: Of a grid: so many columns and rows can be drawn.
LARGEST = 8
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Node:
    """An operation, or several in a frame.

    Attributes
    ----------
    name
        By which edges know it.
    label
        What stands in it, such as a method's name, by language.
    note
        A line below, by language; may be empty.
    at
        Column and row of the grid, from 0 on.
    size
        How many columns and rows it takes.
    frame
        Whether it is drawn around others.
    checks
        The ids of the checks that look at it.
    commands
        With which students can look at it themselves, without ``python``, the widest first.
    """

    name: str
    label: Texts
    note: Texts
    at: tuple[int, int]
    size: tuple[int, int]
    frame: bool
    checks: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """A value on its way from one node to another; `back` if it is a gradient's."""

    start: str
    end: str
    label: str
    back: bool


@dataclass(frozen=True)
class Graph:
    """A lab's graph; the title, and a caption that may be empty, are by language."""

    title: Texts
    caption: Texts
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def full_label(self, node: Node, language: Language) -> str:
        """Name a node together with the frame that it is in."""
        frames = [f for f in self.nodes if f.frame and f is not node and _holds(f, node)]
        label = node.label[language.tag]
        for frame in reversed(frames):
            label = language.say("{name}: {text}", name=frame.label[language.tag], text=label)
        return label

    def command(self, check: str) -> str:
        """Return the command that is nearest to a check, by its name; empty if none is known."""
        name = check.rpartition("::")[2].removeprefix("test_")
        known = [c for node in self.nodes if check in node.checks for c in node.commands]
        for command in known:
            method = command.rpartition(".")[2].lower()
            if method in name or name in method:
                return command
        return known[0] if known else ""


def _holds(frame: Node, node: Node) -> bool:
    """Return whether a node lies in a frame."""
    return all(
        start <= at and at + size <= start + room
        for start, room, at, size in zip(frame.at, frame.size, node.at, node.size, strict=True)
    )


def load_graph(lab: Lab) -> Graph | None:
    """Read and check a lab's graph; None if it has none.

    Raises
    ------
    LabError
        If it can't be read, or is not one of this lab.
    """
    if lab.graph is None:
        return None
    name = lab.graph.name
    try:
        table = tomllib.loads(lab.graph.read_text(encoding="utf-8"))
        graph = Graph(
            _texts(table["title"], lab),
            _texts(table["caption"], lab) if "caption" in table else {},
            tuple(_node(node, lab) for node in table["nodes"]),
            tuple(_edge(edge) for edge in table.get("edges", [])),
        )
    except OSError as error:
        raise LabError(
            f"cannot read the graph {clean(str(lab.graph))}: {error.strerror}"
        ) from error
    except KeyError as error:
        raise LabError(f"{name} lacks the entry {error}") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise LabError(f"{name} is not a graph: {clean(str(error))}") from error
    _check(graph, name, lab)
    return graph


def _node(table: Mapping[str, Any], lab: Lab) -> Node:
    column, row = table["at"]
    width, height = table.get("size", [1, 1])
    if not all(type(n) is int for n in (column, row, width, height)):
        raise ValueError("`at` and `size` should be whole numbers")
    inside = 0 <= column < column + width <= LARGEST and 0 <= row < row + height <= LARGEST
    if not inside:
        raise ValueError(f"a node should lie in {LARGEST} columns and rows")
    return Node(
        name=str(table["name"]),
        label=_texts(table["label"], lab),
        note=_texts(table["note"], lab) if "note" in table else {},
        at=(column, row),
        size=(width, height),
        frame=bool(table.get("frame", False)),
        checks=tuple(map(str, table.get("checks", []))),
        commands=tuple(map(str, table.get("commands", []))),
    )


def _edge(table: Mapping[str, Any]) -> Edge:
    return Edge(
        str(table["from"]), str(table["to"]), str(table.get("label", "")), bool(table.get("back"))
    )


def _texts(table: str | Mapping[str, Any], lab: Lab) -> Texts:
    """Read a text in each language; one that is the same in all may stand alone."""
    if isinstance(table, str):
        return dict.fromkeys(lab.languages, table)
    if missing := [language for language in lab.languages if language not in table]:
        raise ValueError(f"a text is not in {missing[0]}; write it in each of the lab's languages")
    return {language: str(text) for language, text in table.items()}


def _check(graph: Graph, name: str, lab: Lab) -> None:
    """Find edges to nowhere, and checks that are none."""
    names = [node.name for node in graph.nodes]
    ends = {end for edge in graph.edges for end in (edge.start, edge.end)}
    if unknown := sorted(ends - set(names)):
        raise LabError(f"{name} has an edge to {unknown[0]!r}, which is no node of it")
    if twice := [node for node in names if names.count(node) > 1]:
        raise LabError(f"{name} has the node {twice[0]!r} twice; rename one")
    known = {
        f"{part.suite}::{check}"
        for part in lab.parts
        for check, _ in written_checks(lab.suite / part.suite)
    }
    if gone := sorted({check for node in graph.nodes for check in node.checks} - known):
        raise LabError(f"{name} names the check {gone[0]!r}, which is not in the suites")


@dataclass(frozen=True)
class Mark:
    """What became of the checks of a node.

    Attributes
    ----------
    passed, failed, unreached
        How many did, and how many were not run.
    steps
        The numbers of the steps that fix it.
    first
        The id of the first check that failed; empty if none did.
    """

    passed: int
    failed: int
    unreached: int
    steps: tuple[int, ...]
    first: str


def marks(
    graph: Graph, outcomes: Mapping[str, str], steps: Sequence[Sequence[str]]
) -> dict[str, Mark]:
    """Find out what became of each node.

    Parameters
    ----------
    graph
        Of the lab.
    outcomes
        Check id -> outcome.
    steps
        The ids of the checks that each step fixes, in order.
    """
    found = {}
    for node in graph.nodes:
        own = [check for check in node.checks if check in outcomes]
        passed = [check for check in own if outcomes[check] == PASSED]
        unreached = [check for check in own if outcomes[check] == NOT_REACHED]
        failed = [check for check in own if check not in passed and check not in unreached]
        numbers = tuple(i for i, step in enumerate(steps, 1) if set(failed) & set(step))
        found[node.name] = Mark(
            len(passed), len(failed), len(unreached), numbers, failed[0] if failed else ""
        )
    return found
