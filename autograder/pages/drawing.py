"""Draws the pictures of a grade as inline SVG.

Colours are classes, which the page's style sheet sets for light and dark; no meaning is in colour
alone. Every number is written by us, and every text escaped by Markup.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

CELL, GAP = 22, 28
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 520, 260, 58, 44, 14, 12
SIDE = 260
LINE_CLASSES = ("mine", "reference", "third", "fourth")

Say = Callable[..., str]


def bar(share: float) -> Markup:
    """Draw how much of something there is, from 0 to 1; the number beside it says the same."""
    width = 100.0 * min(max(share, 0.0), 1.0)
    inner = Markup('<rect class="full" width="{:.1f}" height="8" rx="2"/>').format(width)
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="empty" width="100" height="8" rx="2"/>{}</svg>'
    ).format(inner)


def histogram(counts: Sequence[int], names: Sequence[str], title: str) -> Markup:
    """Draw a column for each count, with the count above and its name below."""
    step, height = 48, 120
    most = max([*counts, 1])
    parts = []
    for i, (count, name) in enumerate(zip(counts, names, strict=True)):
        tall = height * count / most
        x, y = i * step, 20 + height - tall
        parts.append(
            Markup('<rect class="full" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
                x + 4, y, step - 8, tall
            )
        )
        parts.append(text_at(x + step / 2, y - 5, count or "", "middle"))
        parts.append(text_at(x + step / 2, 20 + height + 16, name, "middle"))
    parts.append(
        Markup('<path class="axis" d="M0 {0}H{1}"/>').format(20 + height, step * len(counts))
    )
    return svg(step * len(counts), height + 46, title, parts, "histogram")


def picture(figure: dict[str, Any], say: Say) -> Markup:
    """Draw a figure of a grade; nothing if it is of no kind that is known here.

    Parameters
    ----------
    figure
        What `autograder.checks.figures` made.
    say
        Translates a text of ours, with values by name, or a recorded message.
    """
    try:
        draw = {"entries": _entries, "shapes": _shapes, "curves": _curves, "regions": _regions}
        return draw[figure["kind"]](figure, say)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError):
        return Markup("")  # a record of another version; the words are there all the same


def text_at(
    x: float, y: float, text: object, anchor: str = "start", kind: str = "", width: float = 0
) -> Markup:
    """Draw a text; it starts, ends or has its middle at a place, and fills the width if given."""
    style = Markup(' class="{}"').format(kind) if kind else Markup("")
    if width:
        style += Markup(' textLength="{:.0f}" lengthAdjust="spacingAndGlyphs"').format(width)
    return Markup('<text{} x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        style, x, y, anchor, text
    )


def svg(width: float, height: float, label: str, parts: Sequence[Markup], kind: str) -> Markup:
    """Put parts of a picture together; the label says what it shows."""
    return Markup(
        '<svg class="{}" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" '
        'height="{:.0f}">{}</svg>'
    ).format(kind, label, width, height, width, height, Markup("").join(parts))


def _figure(drawn: Markup, caption: str) -> Markup:
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(drawn, caption)


# Arrays -----------------------------------------------------------------------------------------


def _grid(shape: Sequence[int]) -> tuple[int, int]:
    rows, columns = (1, *shape)[-2:]
    if not (1 <= rows <= 64 and 1 <= columns <= 64):
        raise ValueError("not a shape that can be drawn")
    return rows, columns


def _cells(shape: Sequence[int], x: float, y: float, mark: Callable[[int, int], str]) -> Markup:
    """Draw the cells of an array; `mark` gives the class of each."""
    rows, columns = _grid(shape)
    cells = []
    for i, j in itertools.product(range(rows), range(columns)):
        kind = mark(i, j)
        left, top = x + j * CELL, y + i * CELL
        cells.append(
            Markup('<rect class="cell {}" x="{}" y="{}" width="{}" height="{}"/>').format(
                kind, left, top, CELL - 2, CELL - 2
            )
        )
        sign = {"right": "✓", "wrong": "✗", "opposite": "±"}.get(kind)
        if sign:
            cells.append(text_at(left + CELL / 2 - 1, top + CELL / 2 + 4, sign, "middle"))
    return Markup("").join(cells)


def _entries(figure: dict[str, Any], say: Say) -> Markup:
    shape, by, at = figure["shape"], figure["by"], list(figure["at"])
    rows, columns = _grid(shape)
    wrong: Callable[[int, int], bool] = {
        "entries": lambda i, j: i + j in at,
        "rows": lambda i, j: i in at,
        "columns": lambda i, j: j in at,
        "diagonal": lambda i, j: i == j,
        "off the diagonal": lambda i, j: i != j,
    }[by]
    kind = "opposite" if figure["opposite"] else "wrong"
    parts = [_cells(shape, GAP, GAP, lambda i, j: kind if wrong(i, j) else "right")]
    parts += [text_at(GAP + j * CELL + CELL / 2 - 1, GAP - 8, j, "middle") for j in range(columns)]
    parts += [text_at(GAP - 8, GAP + i * CELL + CELL / 2 + 4, i, "end") for i in range(rows)]
    where = ", ".join(str(int(index)) for index in at)
    caption = {
        "entries": say("Wrong are exactly these entries: {where}.", where=where),
        "rows": say("Wrong are exactly these rows: {where}.", where=where),
        "columns": say("Wrong are exactly these columns: {where}.", where=where),
        "diagonal": say("Wrong is exactly the diagonal."),
        "off the diagonal": say("Wrong is everything but the diagonal."),
    }[by]
    if figure["opposite"]:
        there = say("There, the sizes are right and the signs are not (±).")
        caption = say("{first} {second}", first=caption, second=there)
    drawn = svg(GAP + columns * CELL + 4, GAP + rows * CELL + 4, caption, parts, "array")
    return _figure(drawn, caption)


def _shapes(figure: dict[str, Any], say: Say) -> Markup:
    drawn, x, height = [], 2.0, 0
    names = (say("yours"), say("right"))
    for name, shape in zip(names, (figure["actual"], figure["right"]), strict=True):
        rows, columns = _grid(shape)
        text = f"{name} {tuple(int(n) for n in shape)}"
        drawn += [text_at(x, 16, text), _cells(shape, x, GAP, lambda i, j: "plain")]
        x += max(columns * CELL, 9 * len(text)) + GAP
        height = max(height, rows * CELL)
    caption = say("The shapes side by side, one square for each number.")
    return _figure(svg(x, GAP + height + 4, caption, drawn, "array"), caption)


# Curves and regions -------------------------------------------------------------------------------


def _curves(figure: dict[str, Any], say: Say) -> Markup:
    """Draw curves on two logarithmic axes."""
    xs, lines = [float(x) for x in figure["x"]], figure["lines"]
    values = [float(y) for line in lines for y in line["y"]]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    right = math.log10(xs[-1] / xs[0])
    if not all(map(math.isfinite, (*xs, *values))) or high - low > 24:
        raise ValueError("not a curve that can be drawn")

    def place(x: float, y: float) -> tuple[float, float]:
        across = math.log10(x / xs[0]) / right
        up = (math.log10(y) - low) / (high - low)
        return (
            LEFT + across * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP),
        )

    parts = []
    for exponent in range(low, high + 1, max(1, (high - low) // 6)):
        _, y = place(xs[0], 10.0**exponent)
        parts.append(
            Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, y, WIDTH - RIGHT)
        )
        parts.append(text_at(LEFT - 6, y + 4, f"{10.0**exponent:g}", "end"))
    for exponent in range(math.ceil(math.log10(xs[0])), math.floor(math.log10(xs[-1])) + 1):
        x, y = place(10.0**exponent, 10.0**low)
        parts.append(Markup('<path class="grid" d="M{:.1f} {}V{:.1f}"/>').format(x, TOP, y))
        parts.append(text_at(x, y + 16, f"{10**exponent}", "middle"))
    parts.append(text_at((LEFT + WIDTH) / 2, HEIGHT - 6, say("epoch"), "middle"))
    legend: list[Markup] = []
    told: list[str] = []
    last = max(0, min(len(line["y"]) for line in lines) - 1)  # where all can be compared
    # The first is drawn first and thickest, so that another on top of it leaves both visible.
    for line, kind in zip(lines, LINE_CLASSES, strict=False):
        points = [place(x, float(y)) for x, y in zip(xs, line["y"], strict=False)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(Markup('<polyline class="line {}" points="{}"/>').format(kind, path))
        name = say(line["name"])
        legend.append(_key(kind, name))
        told.append(
            say("{name}: {y} at epoch {x}", name=name, x=int(xs[last]), y=f"{line['y'][last]:.2g}")
            if line["y"]
            else say("{name}: no usable numbers were recorded", name=name)
        )
    title, text = say(figure["title"]), say("; ").join(told)
    drawn = svg(WIDTH, HEIGHT, say("{first}. {second}.", first=title, second=text), parts, "curves")
    keys = Markup('{} <span class="legend">{}</span>').format(title, Markup(" ").join(legend))
    return _figure(drawn, keys + Markup('<span class="told">{}</span>').format(text))


def _key(kind: str, name: str) -> Markup:
    return Markup(
        '<span class="key"><svg viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">'
        '<path class="line {}" d="M0 4H28"/></svg> {}</span>'
    ).format(kind, name)


def _regions(figure: dict[str, Any], say: Say) -> Markup:
    """Draw what a network predicts on a square, and the samples in it."""
    rows, (low, high) = figure["rows"], figure["box"]
    size = SIDE / len(rows)
    runs = []
    for i, row in enumerate(rows):
        x, y = 0.0, SIDE - (i + 1) * size
        for cell, run in itertools.groupby(row):
            length = size * len(list(run))
            if cell == "1":
                runs.append(f"M{x:.1f} {y:.1f}h{length:.1f}v{size:.1f}h-{length:.1f}z")
            x += length
    parts = [
        Markup('<rect class="zero" width="{0}" height="{0}"/>').format(SIDE),
        Markup('<path class="one" d="{}"/>').format("".join(runs)),
    ]
    # The middles of the outermost cells are at the ends of the box.
    scale = (SIDE - size) / (float(high) - float(low))
    for x, y, kind in figure["points"]:
        parts.append(
            _sample(size / 2 + (x - low) * scale, SIDE - size / 2 - (y - low) * scale, kind)
        )
    title = say(figure["title"])
    legend = [
        (_sample(7, 7, 0), say("sample with label 0")),
        (_sample(7, 7, 1), say("sample with label 1")),
        (Markup('<rect class="one" width="14" height="14"/>'), say("predicted 1")),
        (Markup('<rect class="zero" width="14" height="14"/>'), say("predicted 0")),
    ]
    keys = Markup(" ").join(
        Markup(
            '<span class="key"><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">'
            "{}</svg> {}</span>"
        ).format(*entry)
        for entry in legend
    )
    near = say("A color is that of the middle of its square; a sample at the boundary may differ.")
    caption = Markup('{} <span class="legend">{}</span> {}').format(title, keys, near)
    return _figure(svg(SIDE, SIDE, title, parts, "regions"), caption)


def _sample(x: float, y: float, kind: int) -> Markup:
    """Draw a sample: a circle for 0, a square for 1."""
    if kind:
        return Markup('<rect class="sample" x="{:.1f}" y="{:.1f}" width="7" height="7"/>').format(
            x - 3.5, y - 3.5
        )
    return Markup('<circle class="sample hollow" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(x, y)
