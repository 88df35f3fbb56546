"""The report as files: an HTML page, Markdown and CSV."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import mistune
from latex2mathml.converter import convert
from markupsafe import Markup

from autograder.records import write_whole
from solution.experiments import TABLES
from solution.report.claims import Claim
from solution.report.figures import Picture
from solution.report.results import HEADER, Row, cells, outcomes_csv, rows_csv

DERIVATIONS = Path(__file__).resolve().parents[1] / "handout"
PAGE = "report.html"


def write_report(
    folder: Path,
    rows: Sequence[Row],
    claims: Sequence[Claim],
    overview: Picture,
    pictures: dict[str, list[Picture]],
    seed: int,
) -> None:
    """Write ``report.html``, ``report.md``, ``rows.csv`` and ``outcomes.csv``.

    Parameters
    ----------
    folder : Path
        Where to; it is made if it is not there.
    rows : sequence of Row
        In the order of the tables.
    claims : sequence of Claim
        What was checked.
    overview : Picture
        The figure of all rows.
    pictures : dict
        From each key of ``TABLES`` to the table's figures.
    seed : int
        The seed of all initializations.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    starts = len(rows[0].training.models)
    remaining = iter(rows)
    tables = [
        {
            "id": key.replace(" ", "-"),
            "title": table.title["en"],
            "rows": [cells(next(remaining)) for _ in table.rows],
            "pictures": pictures[key],
        }
        for key, table in TABLES.items()
    ]
    write_whole(folder / "rows.csv", rows_csv(rows), 0o644)
    write_whole(folder / "outcomes.csv", outcomes_csv(rows), 0o644)
    write_whole(folder / "report.md", _markdown(tables, claims, starts, seed), 0o644)
    values = {"tables": tables, "claims": claims, "starts": starts, "seed": seed}
    write_whole(folder / PAGE, _html(overview=overview, **values), 0o644)


def _html(**values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["data_uri"] = lambda svg: (
        "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
    )
    return environment.get_template("page.html.j2").render(
        header=HEADER,
        derivation=_derivation("derivation.md"),
        derivation_zh=_derivation("derivation.zh-TW.md"),
        **values,
    )


class _Renderer(mistune.HTMLRenderer):
    """Formulas as MathML, headings one level lower, and no links to files that are elsewhere."""

    def block_math(self, text: str) -> str:
        return convert(text, display="block") + "\n"

    def inline_math(self, text: str) -> str:
        return convert(text)

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return super().heading(text, level + 1, **attributes)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text


def _derivation(name: str) -> Markup:
    """Turn the handout's derivation into HTML; it is the project's own text, so it is trusted."""
    text = (DERIVATIONS / name).read_text(encoding="utf-8")
    # The line that leads to the other language.
    lines = [line for line in text.splitlines() if "](derivation" not in line]
    render = mistune.create_markdown(renderer=_Renderer(), plugins=["math"])
    return Markup(render("\n".join(lines)))


def _markdown(tables: list[dict[str, Any]], claims: Sequence[Claim], starts: int, seed: int) -> str:
    lines = [f"# Lab 1, reproduced over {starts} starts (seed {seed})", ""]
    for table in tables:
        lines += [f"## {table['title']}", "", _line(HEADER), _line(["---"] * len(HEADER))]
        lines += [*(_line(row) for row in table["rows"]), ""]
    lines += ["## What it means", ""]
    for claim in claims:
        verdict = "Holds" if claim.holds else "Does not hold"
        lines += [f"**{claim.sentence}** {verdict}. {claim.measured} {claim.because}", ""]
    return "\n".join(lines)


def _line(columns: Sequence[str]) -> str:
    return "| " + " | ".join(columns) + " |"
