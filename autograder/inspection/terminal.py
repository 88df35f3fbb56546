"""Shows an inspection on a terminal."""

from __future__ import annotations

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from autograder.examiner.findings import Call, Finding, Frame, Trace
from autograder.inspection.arrays import Comparison, Grid, compare
from autograder.inspection.run import Inspection, source_of
from autograder.records import PASSED
from autograder.text import clean

#: Lines of a student's file around the one in a traceback.
AROUND = 2


def show(inspection: Inspection, console: Console) -> None:
    """Print an inspection."""
    draws = inspection.draws
    console.print(
        Text(f"{clean(inspection.student)}", "bold"),
        Text(f"{inspection.lab.title}, seed {draws.seed}, secret {draws.secret_id}"),
    )
    for remark in inspection.remarks:
        console.print(Text(f"note: {remark}", "yellow"))
    if not inspection.shown:
        console.print(Text(f"all {len(inspection.found.checks)} checks pass", "green"))
    for finding in inspection.shown:
        console.print(_finding(inspection, finding))


def _finding(inspection: Inspection, finding: Finding) -> RenderableType:
    check, good = finding.check, finding.outcome == PASSED
    parts: list[RenderableType] = [Text(f"{check.part}: {check.title}", "bold")]
    parts.append(Text(f"{finding.outcome}  {finding.message}", "green" if good else "red"))
    first, lines = source_of(inspection.lab, check)
    if lines:
        ends = {finding.line} if finding.line and not good else set()
        parts += [
            Rule("the check", align="left", style="dim"),
            Syntax(
                "\n".join(lines),
                "python",
                line_numbers=True,
                start_line=first,
                highlight_lines=ends,
            ),
        ]
    if finding.calls:
        parts += [Rule(_calls_title(finding), align="left", style="dim"), _calls(finding)]
    if finding.trace:
        parts.append(Rule("the student's traceback", align="left", style="dim"))
        parts += _trace(inspection, finding.trace)
    if finding.arrays:
        parts.append(Rule("expected and actual", align="left", style="dim"))
        parts.append(_comparison(compare(finding.arrays)))
    if finding.printed:
        parts.append(Rule("what was printed", align="left", style="dim"))
        parts.append(Text(finding.printed))
    return Panel(Group(*parts), title=Text(check.id), title_align="left", padding=(0, 1))


def _calls_title(finding: Finding) -> str:
    more = f", the last {len(finding.calls)} of {len(finding.calls) + finding.more}"
    return "what it asked" + (more if finding.more else "")


def _calls(finding: Finding) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column()
    for call in finding.calls:
        table.add_row(f"line {call.line}" if call.line else "", _call(call))
    return table


def _call(call: Call) -> Text:
    text = Text(call.text, "bold red" if call.raised else "")
    if call.raised:
        text.append("  raised", "red")
    elif call.result not in (None, "None"):
        text.append(f"\n→ {call.result}", "dim")
    return text


def _trace(inspection: Inspection, trace: Trace) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for frame in trace.frames:
        name = f" in {frame.function}" if frame.function else ""
        shown.append(Text(f"{frame.file}, line {frame.line}{name}", "bold"))
        shown += _code(inspection, frame)
        table = Table.grid(padding=(0, 1))
        for variable, text in frame.variables:
            table.add_row(Text(f"    {variable}", "cyan"), Text("="), Text(text))
        shown.append(table)
    return [*shown, Text(f"{trace.type}: {trace.text}", "red")]


def _code(inspection: Inspection, frame: Frame) -> list[RenderableType]:
    lines = inspection.found.files.get(frame.file, "").split("\n")
    if not 0 < frame.line <= len(lines):
        return []
    first = max(1, frame.line - AROUND)
    part = lines[first - 1 : frame.line + AROUND]
    code = Syntax(
        "\n".join(part), "python", line_numbers=True, start_line=first, highlight_lines={frame.line}
    )
    return [code]


def _comparison(comparison: Comparison) -> RenderableType:
    sides = Columns([_grid(side) for side in comparison.sides], padding=(0, 4))
    return Group(Text(comparison.summary), sides)


def _grid(grid: Grid) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for _ in grid.rows[0] if grid.rows else []:
        table.add_column(justify="right", no_wrap=True)
    for row in grid.rows:
        table.add_row(*(Text(cell.text, "bold red" if cell.wrong else "") for cell in row))
    more = [Text(f"{grid.more} more", "dim")] if grid.more else []
    return Group(Text(grid.title, "dim"), table, *more)
