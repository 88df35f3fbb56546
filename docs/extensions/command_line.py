"""The directives ``command-line`` and ``make-targets``: references made from what they describe.

Every option becomes a target, so that ``{option}`autograder grade --out``` in a page is a link, and
an option that is gone is a warning, which is an error in the tests.
"""

import argparse
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.cli import _parser

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Give the parsers of the commands, by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def helps(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Give what is said of each command in the list of all."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return {choice.dest: choice.help or "" for choice in action._choices_actions}
    return {}


def option_lines(parser: argparse.ArgumentParser) -> list[str]:
    """Write the options of a parser as reStructuredText."""
    if add := getattr(parser, "_add_arguments", None):  # it waits for its use
        parser._add_arguments = None  # type: ignore[attr-defined]
        add(parser)
    formatter = parser._get_formatter()
    lines = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            continue
        metavar = formatter._metavar_formatter(action, action.dest.upper())(1)[0]
        if not action.option_strings:
            name = metavar
        elif action.nargs == 0:
            name = ", ".join(action.option_strings)
        else:
            name = ", ".join(f"{option} <{metavar}>" for option in action.option_strings)
        text = formatter._expand_help(action) if action.help else ""
        lines += ["", f".. option:: {name}", "", *(f"   {line}" for line in text.splitlines())]
    return lines


class CommandLine(SphinxDirective):
    """Write a section for every command: what it does, its usage and its options."""

    def run(self) -> list[nodes.Node]:
        """Make the sections."""
        parser = _parser()
        self.env.note_dependency(__file__)
        made = [*self._parsed("autograder", parser)]
        for name, command in subparsers(parser).items():
            section = nodes.section(ids=[f"autograder-{name}"], names=[f"autograder {name}"])
            section += nodes.title("", f"autograder {name}")
            section += self._parsed(f"autograder {name}", command, helps(parser)[name])
            made.append(section)
        return made

    def _parsed(
        self, program: str, parser: argparse.ArgumentParser, text: str = ""
    ) -> list[nodes.Node]:
        parser.prog = program
        options = option_lines(parser)
        usage = parser.format_usage().removeprefix("usage: ").rstrip().splitlines()
        lines = [f".. program:: {program}", ""]
        lines += [f"{text[:1].upper()}{text[1:]}.", ""] if text else []
        lines += [".. code-block:: text", "", *(f"   {line}" for line in usage), *options]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source=__file__), 0, node)
        return node.children


class MakeTargets(SphinxDirective):
    """Write a table of the Makefile's targets."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        self.env.note_dependency(str(MAKEFILE))
        found = re.findall(r"^([a-z-]+):.*?## (.*)", MAKEFILE.read_text("utf-8"), re.MULTILINE)
        lines = [
            ".. list-table::",
            "   :header-rows: 1",
            "",
            "   * - target",
            "     - what it does",
        ]
        for name, text in found:
            lines += [f"   * - ``make {name}``", f"     - {text}"]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source=str(MAKEFILE)), 0, node)
        return node.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    app.add_directive("make-targets", MakeTargets)
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
