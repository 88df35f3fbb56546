"""Draws what the proof of the suites found as tables of plain text."""

from __future__ import annotations

from autograder.text import counted
from autograder.verify import LONG, Verdict


def matrix_text(verdict: Verdict) -> str:
    """Draw the matrix, mistakes by checks; a column for each check, numbered below."""
    width = max((len(name) for name in verdict.matrix), default=0)
    numbers = [f"{number:2}" for number in range(1, len(verdict.checks) + 1)]
    lines = [" " * (width + 1) + "".join(n[digit] for n in numbers) for digit in (0, 1)]
    for name, failed in verdict.matrix.items():
        marks = "".join("x" if check in failed else "." for check in verdict.checks)
        lines.append(f"{name:{width}} {marks}")
    lines.append("")
    for number, check in zip(numbers, verdict.checks, strict=True):
        count = sum(check in failed for failed in verdict.matrix.values())
        lines.append(
            f"{number}  {check}: fails for {count} of {counted(len(verdict.matrix), 'mistake')}"
        )
    if verdict.slow:
        lines.append(f"Checks that may take long were run on about {LONG} mistakes only.")
    return "\n".join(lines)


def prices_text(verdict: Verdict) -> str:
    """List what each mistake costs, the dearest of each part first."""
    width = max((len(price.mistake) for price in verdict.prices), default=0)
    lines = [f"{'points that a mistake costs':{width}}   in its part   in the whole"]
    parts = list(dict.fromkeys(price.part for price in verdict.prices))
    for price in sorted(verdict.prices, key=lambda p: (parts.index(p.part), -p.own, -p.whole)):
        more = " " if price.entire else "+"
        lines.append(
            f"{price.mistake:{width}}  {price.part:>12} {price.own:2}  {price.whole:9}{more}"
        )
    if verdict.slow:
        lines.append("+ may cost more: it was not run on checks that may take long.")
    return "\n".join(lines)
