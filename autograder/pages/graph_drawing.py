"""Draws a lab's graph as inline SVG, with a sign at each node: passed, or to fix."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from autograder.pages.drawing import svg, text_at
from autograder.pages.graph import Edge, Graph, Mark, Node

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 150, 50, 78, 40, 16
#: Of a picture for a phone: so many columns stand side by side, and the others below them.
NARROW, NARROW_ACROSS, NARROW_EDGE = 2, 56, 40
#: Of a letter of a label; what is too wide for its node is drawn closer together.
LETTER = 8
#: A frame's title stands above what it holds.
TITLE = 20

Box = tuple[float, float, float, float]
Point = tuple[float, float]


def draw(graph: Graph, marks: Mapping[str, Mark], language: str, told: str) -> Markup:
    """Draw a graph, wide and for a phone; what the marks say is told in words as well."""
    columns = max(node.at[0] + node.size[0] for node in graph.nodes)
    wide = _Drawing(graph, columns, ACROSS, EDGE)
    if columns <= NARROW:
        return wide.picture(marks, language, told, "graph")
    narrow = _Drawing(graph, NARROW, NARROW_ACROSS, NARROW_EDGE)
    return wide.picture(marks, language, told, "graph wide-graph") + narrow.picture(
        marks, language, told, "graph narrow-graph"
    )


class _Drawing:
    """Where everything of a graph is, with so many columns side by side.

    Columns beyond them go on below, in a further band. What would lie in several bands is drawn in
    the last of them, but for frames, of which each band has its piece.
    """

    def __init__(self, graph: Graph, columns: int, across: int, edge: int) -> None:
        self._graph, self._columns, self._across, self._edge = graph, columns, across, edge
        self._tops = [float(edge)]
        for band in range(max(map(self._last_band, graph.nodes)) + 1):
            inside = [node for node in graph.nodes if self._last_band(node) == band]
            rows = max((node.at[1] + node.size[1] for node in inside), default=0)
            self._tops.append(self._tops[-1] + TITLE + rows * (HEIGHT + DOWN))

    def _last_band(self, node: Node) -> int:
        return (node.at[0] + node.size[0] - 1) // self._columns

    def picture(self, marks: Mapping[str, Mark], language: str, told: str, kind: str) -> Markup:
        width = 2 * self._edge + self._columns * (WIDTH + self._across) - self._across
        frames = [node for node in self._graph.nodes if node.frame]
        others = [node for node in self._graph.nodes if not node.frame]
        parts = [
            _node(node, self._box(node, band), marks[node.name], language)
            for node in frames
            for band in range(node.at[0] // self._columns, self._last_band(node) + 1)
        ]
        parts += [self._edge_of(edge, width) for edge in self._graph.edges]
        parts += [
            _node(node, self._box(node, self._last_band(node)), marks[node.name], language)
            for node in others
        ]
        return svg(width, self._tops[-1] - DOWN + self._edge, told, parts, kind)

    def _box(self, node: Node, band: int) -> Box:
        """Return left, top, right and bottom of what a band has of a node."""
        row, down = node.at[1], node.size[1]
        first = max(node.at[0], band * self._columns)
        last = min(node.at[0] + node.size[0], (band + 1) * self._columns)
        left = self._edge + (first - band * self._columns) * (WIDTH + self._across)
        right = left + (last - first) * (WIDTH + self._across) - self._across
        top = self._tops[band] + TITLE + row * (HEIGHT + DOWN)
        bottom = top + down * (HEIGHT + DOWN) - DOWN
        if node.frame:
            return left - 12, top - TITLE - 4, right + 12, bottom + 12
        return left, top, right, bottom

    def _edge_of(self, edge: Edge, width: float) -> Markup:
        """Draw an edge; between two bands it leaves one at its side and enters the other there."""
        nodes = {node.name: node for node in self._graph.nodes}
        bands = [self._last_band(nodes[name]) for name in (edge.start, edge.end)]
        start, end = (
            self._box(nodes[name], band)
            for name, band in zip((edge.start, edge.end), bands, strict=True)
        )
        if bands[0] == bands[1]:
            return _arrow(edge, *_ends(start, end))
        ahead = bands[0] < bands[1]
        (x1, y1), (x2, y2) = _middle(start, ahead), _middle(end, not ahead)
        sides = (width - 4.0, 4.0) if ahead else (4.0, width - 4.0)
        return _arrow(edge, (x1, y1), (sides[0], y1)) + _arrow(edge, (sides[1], y2), (x2, y2))


def _middle(box: Box, right: bool) -> Point:
    """Return the middle of a side of a box."""
    return box[2] if right else box[0], (box[1] + box[3]) / 2


def _node(node: Node, box: Box, mark: Mark, language: str) -> Markup:
    left, top, right, bottom = box
    state = _state(mark)
    kind = f"{'frame' if node.frame else 'box'} {state}"
    shape = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="6"/>').format(
        kind, left, top, right - left, bottom - top
    )
    sign = {"wrong": "✗ ", "unreached": "? ", "right": "✓ ", "plain": ""}[state]
    name, room = f"{sign}{node.label[language]}", right - left - 12
    fitted = room if len(name) * LETTER > room else 0
    note = node.note.get(language, "")
    middle = (left + right) / 2
    if node.frame:
        texts = [text_at(left + 10, top + 16, name, kind="name", width=fitted)]
    else:
        center = (top + bottom) / 2
        texts = [text_at(middle, center + (-4 if note else 5), name, "middle", "name", fitted)]
        texts += [text_at(middle, center + 14, note, "middle", "note")] if note else []
    tags = [_step(right - 4 - 24 * i, top, number) for i, number in enumerate(reversed(mark.steps))]
    return Markup("").join([shape, *texts, *tags])


def _state(mark: Mark) -> str:
    if mark.failed:
        return "wrong"
    if mark.unreached:
        return "unreached"
    return "right" if mark.passed else "plain"


def _step(x: float, y: float, number: int) -> Markup:
    """Draw the number of a step at a corner."""
    return Markup('<circle class="step" cx="{}" cy="{}" r="11"/>').format(x, y) + text_at(
        x, y + 4, number, "middle", "step"
    )


def _arrow(edge: Edge, start: Point, end: Point) -> Markup:
    """Draw an arrow with the edge's label."""
    (x1, y1), (x2, y2) = start, end
    kind = "back" if edge.back else "forward"
    line = Markup('<path class="edge {}" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(
        kind, x1, y1, x2, y2
    )
    length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    ax, ay = (x2 - x1) / length, (y2 - y1) / length
    tip = [(x2, y2)] + [(x2 - 9 * ax - s * 5 * ay, y2 - 9 * ay + s * 5 * ax) for s in (1, -1)]
    head = Markup('<path class="tip {}" d="M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}z"/>').format(
        kind, *(number for point in tip for number in point)
    )
    across = abs(ax) >= abs(ay)
    label = (
        text_at((x1 + x2) / 2, (y1 + y2) / 2 - 7, edge.label, "middle", "value")
        if across
        else text_at((x1 + x2) / 2 + 7, (y1 + y2) / 2 + 4, edge.label, kind="value")
    )
    return line + head + (label if edge.label else Markup(""))


def _ends(start: Box, end: Box) -> tuple[Point, Point]:
    """Return where a line from one box to another leaves and arrives, straight if it can be."""
    x1, x2 = _facing((start[0], start[2]), (end[0], end[2]))
    y1, y2 = _facing((start[1], start[3]), (end[1], end[3]))
    if start[2] <= end[0]:
        return (start[2], y1), (end[0], y2)
    if end[2] <= start[0]:
        return (start[0], y1), (end[2], y2)
    if start[3] <= end[1]:
        return (x1, start[3]), (x2, end[1])
    return (x1, start[1]), (x2, end[3])


def _facing(one: Point, other: Point) -> tuple[float, float]:
    """Return the middle of what two spans share, or else the middle of each."""
    low, high = max(one[0], other[0]), min(one[1], other[1])
    middle = (low + high) / 2
    return (middle, middle) if low < high else (sum(one) / 2, sum(other) / 2)
