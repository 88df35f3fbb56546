"""Every command, option and file that the documentation names is there."""

import argparse
import importlib.util
import re

import pytest

from autograder import cli
from tests.lab.documentation import DOCS, PAGES, ROOT, commands, inline_code, keys_under, name

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
#: What most recipes start with.
AUTOGRADER = re.search(r"^AUTOGRADER = (.*)$", MAKEFILE, re.MULTILINE)[1]
TARGETS = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE))
#: Of the shell and of what every system has; what they are given is the reader's.
ORDINARY = set(
    "cd cp dask rm docker export mkdir openssl podman runuser sha256sum source sqlite3 "
    "systemctl".split()
)
#: Options of Podman, Docker and WSL.
FOREIGN = set("--build-arg --init --install --read-only --tmpfs --user".split())


def check_make(words):
    """Check that targets are there, and that each setting is one that they use."""
    targets = [word for word in words if "=" not in word]
    assert targets and set(targets) <= set(TARGETS), f"there is no target {targets}"
    recipes = "".join(TARGETS[target] for target in targets)
    recipes = recipes.replace("$(AUTOGRADER)", AUTOGRADER)
    for setting in (word.partition("=")[0] for word in words if "=" in word):
        assert re.search(rf"\$[({{$]*{setting}\b", recipes), f"{targets} does not use {setting}"


def parse(words):
    """Parse words as the command does, and say what is wrong with them."""
    parser = cli._parser()
    # By argparse's own hook for errors: it would end the process.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "error", _fail)
        return parser.parse_args(words)


def _fail(parser, message):
    raise AssertionError(f"{parser.prog}: {message}")


def check_python(words):
    """Check that a module that is run with -m is there, and files that it is given."""
    if words[0] != "-m":
        assert (ROOT / "assignment" / words[0]).exists(), f"students have no {words[0]}"
        return
    module, rest = words[1], words[2:]
    if module == "autograder":
        parse(rest)
        return
    assert module in ("venv", "pip") or importlib.util.find_spec(module), module
    for word in rest:
        if word.startswith(("tests/", "docs/")):
            assert (ROOT / word).exists(), word
        if word.startswith("autograder."):
            assert importlib.util.find_spec(word), word


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page):
    for place, (program, *words) in commands(page):
        try:
            if program == "make":
                check_make(words)
            elif program == "autograder":
                parse(words)
            elif re.fullmatch(r"(\S*/)?python3?", program):
                check_python(words)
            elif program == "nbgrader":
                from nbgrader import apps

                names = (getattr(app, "name", None) for app in vars(apps).values())
                known = {str(app).removeprefix("nbgrader-").replace("-", "_") for app in names}
                assert words[0] in known, f"nbgrader has no {words[0]}"
            elif program.startswith("./"):
                assert (ROOT / program).is_file(), f"there is no {program}"
            else:
                assert program in ORDINARY, f"{program} is unknown here"
        except AssertionError as error:
            pytest.fail(f"{place}: {error}")


def test_commands_are_found_and_mistakes_in_them_noticed():
    assert sum(len(commands(page)) for page in PAGES) > 60
    with pytest.raises(AssertionError, match="no target"):
        check_make(["grades"])
    with pytest.raises(AssertionError, match="does not use"):
        check_make(["review", "SEED=3"])
    with pytest.raises(AssertionError, match="odd"):
        parse(["review", "--odd"])
    with pytest.raises(AssertionError):
        check_python(["-m", "tests.bench.gone"])


def all_options():
    def of(parser):
        if add := getattr(parser, "_add_arguments", None):
            parser._add_arguments = None
            add(parser)
        for action in parser._actions:
            yield from action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for command in action.choices.values():
                    yield from of(command)

    return set(of(cli._parser()))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_options_exist(page):
    known = all_options() | FOREIGN
    others = ("suites/local.py", "public/files/check.py")
    for other in (".ci/collecting.py", *(f"autograder/{one}" for one in others)):
        known |= set(re.findall(r'"(--[a-z-]+)"', (ROOT / other).read_text("utf-8")))
    for text, line in inline_code(page):
        for option in re.findall(r"(?:^|\s)(--[a-z-]+)", text):
            assert option in known, f"{name(page)}:{line}: there is no {option}"


# Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_exist(page):
    top = {path.name for path in ROOT.iterdir()} - {
        ".venv",
        "grades",
        "course",
        "report",
        "exports",
    }
    for text, line in inline_code(page):
        path = text.partition("::")[0]
        if "_build" in path or not re.fullmatch(r"[\w.<>*/-]+", path):
            continue
        own = path.split("/")[0] in top and "/" in path
        if own or re.fullmatch(r"[A-Z]{5,}\.(md|cff)|LICENSE", path):
            pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
            assert list(ROOT.glob(pattern)), f"{name(page)}:{line}: there is no {path}"


def test_the_students_folder_is_as_described():
    rows = keys_under(DOCS / "students.md", "## The folder they receive")
    assert len(rows) > 10
    described = {row.rstrip("/") for row in rows}
    assert described == {path.name for path in (ROOT / "assignment").iterdir()} - {"__pycache__"}
