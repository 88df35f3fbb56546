"""What the documentation tells one to type works: commands, examples, files, tables of keys."""

import argparse
import dataclasses
import doctest
import importlib.util
import json
import re
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from autograder import cli
from autograder.course.late import LatePolicy
from autograder.diagnosis.catalogue import load_catalogue
from autograder.lab import CourseRules, Lab, Limits, Part, Release, load_lab
from autograder.records import CheckResult, Grade, PartScore
from autograder.suites.local import local_student, read_files
from tests.lab.documentation import (
    DOCS,
    PAGES,
    ROOT,
    SITE,
    blocks,
    commands,
    inline_code,
    keys_under,
    name,
    table_under,
)

LAB = load_lab(ROOT / "lab.toml")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE))
#: Of the shell and of what every system has; what they are given is the reader's.
ORDINARY = {"cd", "mkdir", "cp", "source", "export"}
TUTORIAL = DOCS / "authors" / "index.md"
LAB_TOML = DOCS / "reference" / "lab-toml.md"
RECORD = DOCS / "reference" / "grade-json.md"


# Commands ---------------------------------------------------------------------------------------


def check_make(words):
    """Check that targets are there, and that each setting is one that they use."""
    targets = [word for word in words if "=" not in word]
    assert targets and set(targets) <= set(TARGETS), f"there is no target {targets}"
    recipes = "".join(TARGETS[target] for target in targets)
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
    known = all_options() | {"--student"}  # of the plugin for pytest
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


# Examples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", SITE, ids=name)
def test_sessions_give_what_they_say(page):
    examples = [block for block in blocks(page, "python") if ">>>" in block.text]
    runner, namespace = doctest.DocTestRunner(verbose=False), {}
    for block in examples:
        test = doctest.DocTestParser().get_doctest(
            block.text, namespace, str(block), str(page), block.line
        )
        failures = []
        runner.run(test, out=failures.append, clear_globs=False)
        assert not failures, "".join(failures)
        namespace |= test.globs


def plain_blocks():
    found = [block for page in SITE for block in blocks(page, "python")]
    return [block for block in found if ">>>" not in block.text and not block.caption]


@pytest.mark.parametrize("block", plain_blocks(), ids=str)
def test_pieces_of_code_run(block):
    from traitlets.config import Config

    run(block, get_config=Config, x=np.ones((4, 3)), w=np.ones((2, 3)))


def run(block, **names):
    """Run a piece of code; give what it defines."""
    exec(compile(block.text, str(block), "exec"), names)
    return names


def piece(page, word):
    """Give what a piece of code on a page defines, by a word in it."""
    return run(next(b for b in blocks(page, "python") if word in b.text and ">>>" not in b.text))


def test_the_check_passes_on_the_solution():
    check = piece(DOCS / "authors" / "checks.md", "def test_forward")["test_forward"]
    with local_student(read_files(LAB.reference, LAB), LAB.reference, LAB) as student:
        check(student, np.random.default_rng(1))


def test_the_command_counts(tmp_path, capsys):
    command = piece(DOCS / "developers" / "index.md", "Count the records")
    parser = argparse.ArgumentParser()
    command["add_arguments"](parser)
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "grade.json").write_text("{}")
    assert command["run"](parser.parse_args([str(tmp_path)])) == 0
    assert capsys.readouterr().out == "1\n"


def test_the_format_writes():
    write = piece(DOCS / "developers" / "index.md", "score.txt")["write"]
    assert write(Grade("s1", "graded", 3, 4, 0), LAB, argparse.Namespace()) == "s1: 3 of 4\n"


def test_the_setting_of_the_course_is_one():
    from autograder.course.autograde import GradeFiles

    assert "seed" in GradeFiles.class_trait_names()


def test_the_mistake_fits_the_solution(tmp_path):
    text = blocks(DOCS / "authors" / "mistakes.md", "toml")[0].text
    (tmp_path / "linear_layer.toml").write_text(text, "utf-8")
    found = load_catalogue(dataclasses.replace(LAB, mistakes=tmp_path))
    assert [mistake.name for mistake in found] == ["delta-w-accumulated"]


@pytest.mark.parametrize("page", SITE, ids=name)
def test_toml_is_valid(page):
    for block in blocks(page, "toml"):
        tomllib.loads(block.text)


def test_late_days_in_the_page_are_the_policys():
    text = next(b.text for b in blocks(DOCS / "instructors" / "late-and-exports.md", "toml"))
    rules = CourseRules(**tomllib.loads(text)["course"])
    assert LatePolicy(rules.grace_days, rules.percent_a_day).penalty(90, 1) == 0.0


# The small lab ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_lab(tmp_path_factory):
    """Write the lab that the page for authors makes."""
    root = tmp_path_factory.mktemp("lab")
    for block in blocks(TUTORIAL, "python", "toml"):
        assert block.caption, f"{block} has no file name"
        (root / block.caption).parent.mkdir(parents=True, exist_ok=True)
        (root / block.caption).write_text(block.text, "utf-8")
    return root


def autograder(root, *words):
    program = "import sys; from autograder.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(root)},
        capture_output=True,
        text=True,
    )


def test_the_small_lab_proves_and_grades_as_the_page_says(small_lab):
    accepted = autograder(small_lab, "verify", "--accept")
    assert accepted.returncode == 0, accepted.stderr
    proved = autograder(small_lab, "verify", "--seeds", "2")
    assert proved.returncode == 0, proved.stderr
    graded = autograder(small_lab, "grade")
    assert graded.returncode == 0, graded.stderr
    alice, bob = (
        Grade.from_json((small_lab / "grades" / who / "grade.json").read_text())
        for who in ("alice", "bob")
    )
    assert (alice.score, alice.max_score, bob.score) == (9, 9, 6)
    failed = next(check for check in bob.checks if check.outcome != "passed")
    assert "wrong shape" in failed.message
    assert failed.diagnosis["mistakes"] == ["last-window-missing"]


def test_the_small_labs_folder_for_students_holds_no_solution(small_lab):
    made = autograder(small_lab, "release")
    assert made.returncode == 0, made.stderr
    text = (small_lab / "handed-out" / "running.py").read_text()
    assert text.count("raise NotImplementedError") == 2
    assert "self.total / self.count" not in text


# Tables that say what the code says -------------------------------------------------------------


def fields(kind, *without):
    return [field.name for field in dataclasses.fields(kind) if field.name not in without]


def test_every_key_of_a_lab_is_described():
    others = ("root", "tasks", "parts", "limits", "release", "course")
    assert sorted(keys_under(LAB_TOML, "## lab")) == sorted(fields(Lab, *others))
    assert sorted(keys_under(LAB_TOML, "## parts")) == sorted(fields(Part))
    assert sorted(keys_under(LAB_TOML, "## release")) == sorted(fields(Release))
    assert keys_under(LAB_TOML, "## limits") == fields(Limits)
    assert keys_under(LAB_TOML, "## course") == fields(CourseRules)


def test_defaults_are_those_of_the_code():
    for heading, kind in (("## limits", Limits()), ("## course", CourseRules())):
        for key, default, _ in table_under(LAB_TOML, heading):
            value = getattr(kind, key.strip("`"))
            said = None if default == "none" else json.loads(default.strip("`"))
            assert value == said, key


def test_every_field_of_a_record_is_described():
    assert sorted(keys_under(RECORD, "## The grade")) == sorted(fields(Grade))
    assert sorted(keys_under(RECORD, "## A part")) == sorted(fields(PartScore))
    assert sorted(keys_under(RECORD, "## A check")) == sorted(fields(CheckResult))


def test_every_format_is_described():
    rows = table_under(DOCS / "reference" / "formats.md", "All formats:")
    for format_name, *_ in rows:
        parse(["output", format_name.strip("`")])
    parser = cli._parser()
    command = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    output = command.choices["output"]
    if add := getattr(output, "_add_arguments", None):
        add(output)
    choices = next(a.choices for a in output._actions if a.dest == "format")
    assert {row[0].strip("`") for row in rows} == set(choices)


def test_points_are_the_labs():
    rows = table_under(DOCS / "grading.md", "The points of Lab 1:")
    suites = f"{LAB.suite.relative_to(ROOT)}/"
    expected = [[p.name, str(p.points), f"`{suites}{p.suite}`"] for p in LAB.parts]
    assert rows == expected


def test_there_are_many_questions_with_an_answer():
    text = (DOCS / "how-do-i.md").read_text("utf-8")
    answers = re.split(r"^### How do I .*\?$", text, flags=re.MULTILINE)[1:]
    assert len(answers) >= 25
    assert all(len(answer.strip()) > 20 for answer in answers)
