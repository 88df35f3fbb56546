"""Make the autograder zip for Gradescope."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from autograder.commands import OK, seed
from autograder.errors import UserError
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--out", type=Path, default=Path("gradescope.zip"), help="where to (%(default)s)"
    )
    parser.add_argument(
        "--seed",
        type=seed,
        default=0,
        help="of all draws, the same at every hand-in (%(default)s)",
    )
    parser.add_argument("--lang", help="of what students read (default: all of the lab)")
    parser.add_argument(
        "--sandbox",
        choices=["auto", "none"],
        default="auto",
        help="none runs submissions without any protection (%(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the zip, and say what to do with it."""
    from autograder.files import write_whole
    from autograder.gradescope.bundle import bundle
    from autograder.gradescope.run import limited
    from autograder.jail.probe import find_sandbox
    from autograder.lab_file import find_lab, load_lab
    from autograder.languages.translations import lab_languages
    from autograder.preflight import preflight
    from autograder.secret import find_secret

    description = find_lab(options.lab)
    lab = load_lab(description)
    wanted = [options.lang] if options.lang else []
    languages = [language.tag for language in lab_languages(lab, wanted)]
    there = limited(lab)
    preflight(there, find_sandbox(there, options.sandbox), os.cpu_count() or 1)
    settings = {
        "seed": options.seed,
        "secret": find_secret(lab).hex(),
        "languages": languages,
        "sandbox": options.sandbox,
    }
    out = clean(str(options.out))
    try:
        write_whole(options.out, bundle(lab, description, settings), 0o600)
    except OSError as error:
        raise UserError(f"cannot make {out}: {error.strerror or error}") from error
    print(
        f"{out} is ready: at Gradescope, Configure Autograder, upload it, take Ubuntu 24.04"
        " as the base image, and try it with Test Autograder. Keep it to yourself: it holds the"
        " suites, the solution, and the secret of the draws"
    )
    return OK
