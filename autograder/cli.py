"""Grade a lab, and everything around it."""

from __future__ import annotations

import argparse
import difflib
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from autograder import commands
from autograder.commands import INTERRUPTED, LOW, OK, USAGE
from autograder.discovery import load_module, module_names, summary
from autograder.errors import UserError
from autograder.text import clean

__all__ = ["INTERRUPTED", "LOW", "OK", "USAGE", "main", "program"]


def program() -> NoReturn:
    """Run a command as all that this process does, and end it with what `main` returns."""
    # Looking for garbage among modules, while they are imported and in the end, takes long.
    gc.set_threshold(50_000)
    status = main()
    gc.freeze()
    sys.exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv
        The arguments, those of the process by default.

    Returns
    -------
    int
        0: done, everything was graded; 1: a score is under ``--fail-under``, or the grader failed
        at a submission; 2: wrong usage, or the output can't be written; 130: interrupted.
    """
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(options.run(options))
    except UserError as error:
        print(f"autograder: {clean(str(error), 1000)}", file=sys.stderr)
        return USAGE
    except ModuleNotFoundError as error:
        from autograder.extras import advice

        if (text := advice(error)) is None:
            raise
        print(f"autograder: {text}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("autograder: interrupted", file=sys.stderr)
        return INTERRUPTED


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


class _Parser(argparse.ArgumentParser):
    """A parser that gets its arguments only when it is used, and knows what was meant.

    Parameters
    ----------
    add_arguments
        Adds the arguments; some commands have to look for what can be chosen.
    more
        As for `argparse.ArgumentParser`.
    """

    def __init__(
        self, *, add_arguments: Callable[[argparse.ArgumentParser], None] | None = None, **more: Any
    ):
        super().__init__(**more)
        self._add_arguments = add_arguments

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, after adding the arguments."""
        if add_arguments := self._add_arguments:
            self._add_arguments = None
            add_arguments(self)
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Say what was probably meant, as `argparse` does from Python 3.14 on."""
        choices = action.choices or ()
        near = difflib.get_close_matches(str(value), map(str, choices), 1)
        if near and value not in choices:
            raise argparse.ArgumentError(
                action, f"there is no {str(value)!r}; did you mean {near[0]!r}?"
            )
        super()._check_value(action, value)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="autograder", description=__doc__)
    parser.set_defaults(lab=None)
    _add_lab(parser)
    added = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name in module_names(commands):
        module = load_module(commands, name)
        text = summary(module)
        command = added.add_parser(
            name,
            help=text[:1].lower() + text[1:],
            description=f"{text}.",
            add_arguments=module.add_arguments,
        )
        _add_lab(command)
        command.set_defaults(run=module.run)
    return parser


def _add_lab(parser: argparse.ArgumentParser) -> None:
    """Add ``--lab``, which may stand before the command and after it."""
    parser.add_argument(
        "--lab",
        type=Path,
        metavar="FOLDER",
        default=argparse.SUPPRESS,  # a command without it leaves what stood before it
        help="the lab's folder, or its description (default: lab.toml here or in a folder above)",
    )
