"""Draws a lab's graph as inline SVG, with a sign at each node: passed, or to fix."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from autograder.pages.drawing import svg, text_at
from autograder.pages.graph import Edge, Graph, Mark, Node

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 150, 50, 78, 40, 16
#: Of a letter of a label; what is too wide for its node is drawn closer together.
LETTER = 8
#: A frame's title stands above what it holds.
TITLE = 20


def draw(graph: Graph, marks: Mapping[str, Mark], language: str, told: str) -> Markup:
    """Draw a graph; what the marks say is told in words as well."""
    columns = max(node.at[0] + node.size[0] for node in graph.nodes)
    rows = max(node.at[1] + node.size[1] for node in graph.nodes)
    width = 2 * EDGE + columns * WIDTH + (columns - 1) * ACROSS
    height = 2 * EDGE + TITLE + rows * HEIGHT + (rows - 1) * DOWN
    boxes = {node.name: _box(node) for node in graph.nodes}
    parts = [_node(node, marks[node.name], language) for node in graph.nodes if node.frame]
    parts += [_edge(edge, boxes[edge.start], boxes[edge.end]) for edge in graph.edges]
    parts += [_node(node, marks[node.name], language) for node in graph.nodes if not node.frame]
    return svg(width, height, told, parts, "graph")


Box = tuple[float, float, float, float]


def _box(node: Node) -> Box:
    """Return left, top, right and bottom."""
    (column, row), (across, down) = node.at, node.size
    left = EDGE + column * (WIDTH + ACROSS)
    top = EDGE + TITLE + row * (HEIGHT + DOWN)
    right, bottom = left + across * (WIDTH + ACROSS) - ACROSS, top + down * (HEIGHT + DOWN) - DOWN
    if node.frame:
        return left - 12, top - TITLE - 4, right + 12, bottom + 12
    return left, top, right, bottom


def _node(node: Node, mark: Mark, language: str) -> Markup:
    left, top, right, bottom = _box(node)
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
        up = 0 if note else 9
        texts = [text_at(middle, top + 21 + up, name, "middle", "name", fitted)]
        texts += [text_at(middle, top + 39, note, "middle", "note")] if note else []
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


def _edge(edge: Edge, start: Box, end: Box) -> Markup:
    """Draw an arrow between the sides of two boxes that face each other."""
    (x1, y1), (x2, y2) = _ends(start, end)
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


def _ends(start: Box, end: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a line from one box to another leaves and arrives."""
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (start, end)]
    if start[2] <= end[0]:
        return (start[2], middles[0][1]), (end[0], middles[1][1])
    if end[2] <= start[0]:
        return (start[0], middles[0][1]), (end[2], middles[1][1])
    if start[3] <= end[1]:
        return (middles[0][0], start[3]), (middles[1][0], end[1])
    return (middles[0][0], start[1]), (middles[1][0], end[3])
