"""The formats: each is checked against its schema or a real reader, and against hostile text."""

import datetime
import html.parser
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.languages.translations import load_language, say_in
from autograder.messages import say, to_data
from autograder.outputs.content import OutputError, checked, findings, hints_of
from autograder.outputs.formats.classroom50 import result_json
from autograder.outputs.formats.github_annotations import annotation_lines
from autograder.outputs.formats.github_class import class_markdown
from autograder.outputs.formats.github_summary import summary_markdown
from autograder.outputs.formats.gradescope import results_json
from autograder.outputs.formats.junit import report_xml
from autograder.outputs.markdown import SIZE_LIMIT, prose
from autograder.records import (
    CRASHED,
    ERROR,
    FAILED,
    GRADED,
    NOT_REACHED,
    PASSED,
    REJECTED,
    TIMEOUT,
    CheckResult,
    Grade,
    PartScore,
)
from autograder.text import clean

SCHEMAS = Path(__file__).parent / "schemas"
NOW = datetime.datetime(2026, 6, 1, 14, 32, 5, tzinfo=datetime.UTC)
RUNNER = {
    "CLASSROOM": "ml",
    "ASSIGNMENT": "lab1",
    "OWNER": "alice",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/1",
    "RELEASE_URL": "https://example.org/release/1",
}
HINTS = {"en": "Print `w` first.", "zh-TW": "先印出 `w`。"}
ENGLISH, CHINESE = load_language("en"), load_language("zh-TW")
BOTH = [ENGLISH, CHINESE]
SECRET = "expected 0.123456789"
HOSTILE = [
    "]]></failure><testcase name='forged'/>",
    "a\n::error file=doubler.py,line=1::forged",
    "::error::forged",
    "##[error]forged",
    "x,line=9,title=forged::y%0A::error::z",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</code></details># [link](javascript:alert(1)) ![i](http://example.org/i.png) *b* | cell |",
    "`x` <!-- ` --> ``` http://example.org www.example.org a@example.org @everyone #1",
    "\x00\x07\x1b[31m\x9b\u202e\u2028\ufffe\ufdd0",
    "\ud800 lone \udfff",
    "- item\n\n    code\n\n> quote\n\n1. one\n\n===\n***\n[x]: http://example.org",
    "&lt;b&gt; &#60;b&#62; \\<b\\>",
    "x" * 200_000,
]


def check(name="forward doubles", part="Doubler", outcome=FAILED, message="It is wrong.", **more):
    points = 3 if outcome == PASSED else 0
    details = {"id": f"test_{part.lower()}.py::test_forward", "diagnosis": None, "seconds": 0.25}
    return CheckResult(
        name=name,
        part=part,
        points=points,
        max_points=3,
        outcome=outcome,
        message=message,
        **details | more,
    )


def hinted(hints=HINTS):
    return {"symptom": "x", "telling": True, "mistakes": ["m"], "hints": hints}


def grade(*checks, status=GRADED, student="s1", reason=None, **more):
    checks = checks or (
        check("forward doubles", outcome=PASSED, message=""),
        check("zeros", message="It is wrong.", diagnosis=hinted()),
        check("add", "Counter", TIMEOUT, "Out of time: a call took over 5 s."),
        check("sum", "Counter", CRASHED, "No answer: it ended."),
        check("late", "Counter", NOT_REACHED, "Not reached: too late."),
    )
    checks = checks if status == GRADED else ()
    sums = {part: 0 for part in ["Doubler", "Counter"]}
    most = dict(sums)
    for one in checks:
        sums[one.part] = sums.get(one.part, 0) + one.points
        most[one.part] = most.get(one.part, 0) + one.max_points
    parts = tuple(PartScore(name, sums[name], most[name] or 5) for name in sums)
    return Grade(
        student=student,
        status=status,
        score=sum(sums.values()),
        max_score=sum(part.max_score for part in parts),
        seed=7,
        digest="sha256:0",
        sandbox=("lockdown",),
        seconds=1.5,
        reason=reason,
        parts=parts,
        checks=checks,
        **more,
    )


REJECTED_GRADE = grade(status=REJECTED, reason="doubler.py is missing")
ERROR_GRADE = grade(status=ERROR, reason=f"the grader failed: AssertionError: {SECRET}")


def schema(name):
    return json.loads((SCHEMAS / f"{name}.json").read_text())


def strict(text):
    """Read JSON that is JSON: no NaN, and text that can be written as UTF-8."""
    text.encode()

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def gradescope(record, languages=BOTH, note=""):
    table = strict(results_json(record, languages, note))
    jsonschema.validate(table, schema("gradescope-results"))
    return table


def classroom50(record, **variables):
    table = strict(result_json(record, RUNNER | variables, NOW))
    jsonschema.validate(table, schema("classroom50-result"))
    assert sum(test["score"] for test in table["tests"]) == table["score"]
    assert sum(test["max-score"] for test in table["tests"]) == table["max-score"]
    return table


# Gradescope -----------------------------------------------------------------------------------


def test_gradescope_shows_every_check_with_its_points_and_the_total():
    table = gradescope(grade())
    assert table["score"] == 3
    assert [test["score"] for test in table["tests"]] == [3, 0, 0, 0, 0]
    assert sum(test["max_score"] for test in table["tests"]) == 15
    assert [test["number"] for test in table["tests"]] == ["1.1", "1.2", "2.1", "2.2", "2.3"]
    assert table["tests"][0] | {"status": "passed"} == table["tests"][0]
    assert "output" not in table["tests"][0]
    assert table["tests"][1]["output"].splitlines() == [
        "It is wrong.",
        "Hint: Print `w` first.",
        "提示：先印出 `w`。",
    ]
    assert table["extra_data"]["seed"] == 7


def test_gradescope_says_what_goes_before_and_speaks_one_language_if_asked():
    table = gradescope(grade(reason="model.py is missing"), [CHINESE], "遲交。")
    assert table["output"] == "遲交。\n請注意：model.py is missing。"
    assert "Hint" not in table["tests"][1]["output"]


def test_what_was_found_is_said_in_the_other_language_too():
    message = say("{what} is infinite or not a number.", what="z")
    one = check(message=str(message), said=to_data(message), diagnosis=hinted())
    told = grade(one)
    table = strict(results_json(told, BOTH))
    lines = table["tests"][0]["output"].splitlines()
    assert lines[0] == message and lines[1].startswith("Hint: ")
    assert lines[2].startswith("z") and lines[2] != message
    assert lines[3].startswith("提示：")
    english = strict(results_json(told, [ENGLISH]))["tests"][0]["output"].splitlines()
    assert english == lines[:2]
    damaged = check(said={"text": 3, "values": {}})
    assert strict(results_json(grade(damaged), BOTH))["tests"]


def test_gradescope_gives_no_points_to_what_was_refused_and_says_why():
    table = gradescope(REJECTED_GRADE)
    assert table["score"] == 0
    assert table["tests"][0]["max_score"] == 10
    assert "doubler.py is missing" in table["output"]
    assert "doubler.py is missing" in table["tests"][0]["output"]


def test_gradescope_gives_no_score_when_the_grader_failed():
    table = gradescope(ERROR_GRADE)
    assert "score" not in table and "score" not in table["tests"][0]
    assert SECRET not in json.dumps(table)
    assert "no score was given" in table["output"] and "沒有給分" in table["output"]


# Classroom 50 ---------------------------------------------------------------------------------


def test_classroom50_has_whole_points_for_every_check():
    table = classroom50(grade())
    assert (table["owner"], table["classroom"], table["score"]) == ("alice", "ml", 3)
    assert table["datetime"] == "2026-06-01T14:32:05Z"
    assert table["review"] == table["commit"]
    assert [test["passed"] for test in table["tests"]] == [True, False, False, False, False]
    assert table["tests"][0]["test-name"] == "Doubler: forward doubles"
    assert table["tests"][1]["message"] == "It is wrong."


def test_classroom50_shows_the_parts_of_what_was_refused():
    table = classroom50(REJECTED_GRADE, ASSIGNMENT_TYPE="group", REVIEW_URL="r", OWNER="")
    assert [test["test-name"] for test in table["tests"]] == ["Doubler", "Counter"]
    assert (table["assignment_type"], table["review"], table["owner"]) == ("group", "r", "s1")


@pytest.mark.parametrize(
    ("record", "variables", "says"),
    [
        (ERROR_GRADE, {}, "the grader failed"),
        (grade(), {"CLASSROOM": ""}, "CLASSROOM is not set"),
        (grade(), {"SUBMISSION_TAG": "main"}, "submit/"),
    ],
)
def test_classroom50_says_why_there_is_no_result(record, variables, says):
    with pytest.raises(OutputError, match=says):
        classroom50(record, **variables)


# JUnit ----------------------------------------------------------------------------------------

PYTEST_FILE = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError

def test_pass(): pass
def test_fail(): assert False
def test_error(broken): pass
def test_skip(): pytest.skip("later")
"""


def structure(root):
    """Give, for each kind of element, its attributes and what may lie in it."""
    found = {}
    for element in root.iter():
        attributes, children = found.setdefault(element.tag, (set(), set()))
        attributes.update(element.attrib)
        children.update(child.tag for child in element)
    return found


def test_junit_has_nothing_that_pytests_own_report_has_not(tmp_path):
    (tmp_path / "test_it.py").write_text(PYTEST_FILE)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command += [f"--rootdir={tmp_path}", f"--junitxml={report}", str(tmp_path / "test_it.py")]
    subprocess.run(command, capture_output=True, check=False)
    theirs, ours = (
        structure(ET.parse(report).getroot()),
        structure(ET.fromstring(report_xml(grade(), BOTH))),
    )
    assert set(ours) == {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    for tag, (attributes, children) in ours.items():
        assert attributes <= theirs[tag][0], tag
        assert children <= theirs[tag][1], tag
    wanted = {"name", "errors", "failures", "skipped", "tests", "time"}
    assert ours["testsuite"][0] == wanted
    assert ours["testcase"][0] == theirs["testcase"][0] == {"classname", "name", "time"}


def test_junit_is_counted_right_by_a_reader():
    suite = next(iter(junitparser.JUnitXml.fromstring(report_xml(grade(), BOTH).encode())))
    counts = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert counts == (5, 1, 2, 1) == (suite.tests, suite.failures, suite.errors, suite.skipped)
    failure = list(suite)[1].result[0]
    assert failure.message == "It is wrong."
    assert "Print `w` first." in failure.text


def test_junit_has_unique_names():
    twins = [check("same", id=f"test_doubler.py::test_{name}") for name in "ab"]
    root = ET.fromstring(report_xml(grade(*twins, check("same", "Counter")), BOTH))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == 3
    assert ("s1.Doubler", "same (test_b)") in names and ("s1.Counter", "same") in names


def test_junit_has_a_case_for_what_was_not_graded():
    refused = ET.fromstring(report_xml(REJECTED_GRADE, BOTH)).find("testsuite")
    assert refused.find("testcase/failure").text == "doubler.py is missing"
    failed = ET.fromstring(report_xml(ERROR_GRADE, BOTH)).find("testsuite")
    assert (failed.get("tests"), failed.get("errors")) == ("1", "1")
    assert SECRET not in report_xml(ERROR_GRADE, BOTH)


# GitHub ---------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(\w+)(?: ([^:]*))?::(.*)")


def commands(text):
    """Read annotations as the runner does; give kind, properties and message of each."""
    found = []
    for line in text.splitlines():
        kind, listed, data = COMMAND.fullmatch(line).groups()
        properties = dict(item.split("=", 1) for item in (listed or "").split(",") if item)
        for code, character in [
            ("%0D", "\r"),
            ("%0A", "\n"),
            ("%3A", ":"),
            ("%2C", ","),
            ("%25", "%"),
        ]:
            properties = {name: v.replace(code, character) for name, v in properties.items()}
            data = data if code in ("%3A", "%2C") else data.replace(code, character)
        found.append((kind, properties, data))
    return found


RAISED = (
    "Your code raised ValueError at counter.py, line 12 (x = ' at doubler.py, line 99 (')): no."
)


def test_annotations_stand_at_the_line_that_the_message_names(lab):
    record = grade(check(message=RAISED), check("zeros"), check("z", "Counter", diagnosis=hinted()))
    found = commands(annotation_lines(record, lab, BOTH, "src/lab/"))
    assert [kind for kind, _, _ in found] == ["error"] * 3
    assert found[0][1] == {
        "file": "src/lab/counter.py",
        "line": "12",
        "title": "Doubler: forward doubles",
    }
    assert found[1][1]["file"] == "src/lab/doubler.py" and "line" not in found[1][1]
    assert found[2][2] == "It is wrong.\nHint: Print `w` first.\n提示：先印出 `w`。"


def test_annotations_say_the_same_thing_once_and_the_costliest_first(lab):
    record = grade(check("one", "Counter"), *(check(str(n), message="Same.") for n in range(4)))
    found = commands(annotation_lines(record, lab, BOTH))
    assert [properties["title"] for _, properties, _ in found] == [
        "Doubler: 0 (+3)",
        "Counter: one",
    ]


def test_annotations_put_what_uses_several_classes_last(lab):
    both = replace(
        lab,
        parts=tuple(
            replace(p, uses=("Counter",) if p.name == "Doubler" else ()) for p in lab.parts
        ),
    )
    record = grade(check("a"), check("b"), check("c", "Counter"))
    titles = [found[1]["title"] for found in commands(annotation_lines(record, both, BOTH))]
    assert titles == ["Counter: c", "Doubler: a (+1)"]


def test_annotations_are_as_many_as_github_shows(lab):
    record = grade(*(check(str(n), message=f"Wrong {n}.") for n in range(14)))
    found = commands(annotation_lines(record, lab, [ENGLISH]))
    assert [kind for kind, _, _ in found] == ["error"] * 10 + ["notice"]
    assert found[-1][2] == "4 more findings are not shown here."


def test_annotations_of_what_was_not_graded(lab):
    assert "doubler.py is missing" in commands(annotation_lines(REJECTED_GRADE, lab, BOTH))[0][2]
    assert SECRET not in annotation_lines(ERROR_GRADE, lab, BOTH)
    assert annotation_lines(grade(check(outcome=PASSED, message="")), lab, BOTH) == ""


class Elements(html.parser.HTMLParser):
    """Notes the elements and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.add((tag, *(name for name, _ in attributes)))

    def handle_data(self, data):
        self.text += data


def shown(markdown):
    """Render Markdown with tables and raw HTML, as the most trusting reader would."""
    return Elements(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


PLAIN = {
    *[("h2",), ("h3",), ("h4",), ("p",), ("strong",), ("table",), ("thead",), ("tbody",), ("tr",)],
    *[("th", "style"), ("td", "style"), ("ul",), ("li",), ("blockquote",), ("code",)],
    *[("details",), ("summary",)],
}


def test_summary_says_what_to_fix():
    page = shown(summary_markdown(grade(), "A lab", BOTH))
    assert page.elements <= PLAIN
    for text in [
        "A lab: s1",
        "Score: 3 of 15",
        "It is wrong.",
        "Hint: Print w first.",
        "Passed: 1",
    ]:
        assert text in page.text
    assert "All" not in page.text


def test_summary_of_a_perfect_one_and_of_what_was_not_graded():
    perfect = shown(summary_markdown(grade(check(outcome=PASSED, message="")), "A lab", [ENGLISH]))
    assert "Every check passed." in perfect.text
    assert "doubler.py is missing" in shown(summary_markdown(REJECTED_GRADE, "A lab", BOTH)).text
    partly = summary_markdown(grade(reason="model.py is there"), "x", BOTH)
    assert "model.py is there" in partly.replace("\\", "")
    assert SECRET not in shown(summary_markdown(ERROR_GRADE, "A lab", BOTH)).text


@pytest.mark.slow
def test_summary_stays_within_what_github_shows():
    record = grade(*(check(f"{n}", message=f"{n}" + "<" * 900) for n in range(2000)))
    text = summary_markdown(record, "A lab", BOTH)
    assert len(text.encode()) < SIZE_LIMIT
    assert "more findings are not shown here" in text


def test_code_stands_between_backticks_only_in_pairs():
    assert prose("print `w.T`") == r"print <code>w\.T</code>"
    assert prose("a ` b") == r"a \` b"


def test_class_summary_has_a_row_for_everybody_and_the_instructors_reason():
    page = shown(class_markdown([grade(), REJECTED_GRADE, ERROR_GRADE], "A lab"))
    assert page.elements <= PLAIN
    assert page.text.count("s1") == 3
    assert SECRET in page.text


@pytest.mark.slow
def test_class_summary_stays_within_what_github_shows():
    text = class_markdown((grade(student=f"s{n}" + "<" * 190) for n in range(3000)), "A lab")
    assert len(text.encode()) < SIZE_LIMIT
    assert "more students are in grades.csv" in text


# What all share -------------------------------------------------------------------------------


@pytest.mark.parametrize("hints", [None, "text", {}, {"en": ""}, {"en": 3}, {"de": "Nein"}])
def test_no_hint_is_said_where_there_is_none(hints):
    assert hints_of(check(diagnosis=hinted(hints)), BOTH) == ()
    assert hints_of(check(diagnosis="text"), BOTH) == ()


def test_findings_are_what_says_the_same_in_a_part():
    record = grade(check("a"), check("b"), check("c", "Counter"), check("d", outcome=PASSED))
    found = findings(record, BOTH)
    assert [(f.part, f.titles, f.points) for f in found] == [
        ("Doubler", ("a", "b"), 6),
        ("Counter", ("c",), 3),
    ]


def test_a_hint_is_given_once():
    known = {"diagnosis": hinted({"en": "Look.", "zh-TW": "\u770b\u3002"})}
    record = grade(check("a", message="m", **known), check("b", message="n", **known))
    first, second = findings(record, BOTH)
    assert "Hint: Look." in first.hints and "\u63d0\u793a\uff1a\u770b\u3002" in first.hints
    assert "Hint: the same as for \u201ca\u201d" in second.hints
    outputs = [test.get("output", "") for test in json.loads(results_json(record, BOTH))["tests"]]
    assert "Hint: Look." in outputs[0] and "Look." not in outputs[1]
    assert "\u300ca\u300d" in outputs[1]


@pytest.mark.parametrize(
    "damage",
    [
        {"score": math.nan},
        {"score": "5"},
        {"score": True},
        {"max_score": -1},
        {"seconds": "long"},
        {"status": "lost"},
        {"student": None},
        {"checks": (check(outcome="maybe"),)},
        {"checks": (replace(check(), points=math.inf),)},
        {"checks": (check(message=None),)},
        {"parts": (PartScore("Doubler", -1.5, 3),)},
    ],
)
def test_a_damaged_record_is_not_written(damage, lab):
    record = replace(grade(), **damage)
    writers = [lambda g: results_json(g, BOTH), lambda g: report_xml(g, BOTH)]
    writers += [lambda g: summary_markdown(g, "x", BOTH)]
    writers += [lambda g: annotation_lines(g, lab, BOTH), lambda g: result_json(g, RUNNER, NOW)]
    for write in [*writers, lambda g: class_markdown([g], "x")]:
        with pytest.raises(OutputError, match="grade that submission again"):
            write(record)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0])
def test_a_time_that_is_none_is_not_written(seconds):
    assert checked(replace(grade(), seconds=seconds)).seconds == 0.0


def test_a_message_is_said_in_each_language_once():
    assert say_in(BOTH, say("Part")) == "Part / 部分" and say_in([ENGLISH], say("Part")) == "Part"
    assert say_in(BOTH, "no message of ours", "\n") == "no message of ours"


# Hostile text ---------------------------------------------------------------------------------


def hostile_grade(text):
    """Give a grade that holds a text wherever something comes from a student or a lab."""
    hostile = check(text, message=text, diagnosis=hinted({"en": text, "zh-TW": text}))
    record = grade(hostile, check("plain", outcome=PASSED, message=""), student=text, reason=text)
    return replace(record, parts=(*record.parts, PartScore(text, 0, 0)))


def assert_harmless(text, lab):
    record = hostile_grade(text)
    written = [
        results_json(record, BOTH),
        result_json(record, RUNNER, NOW),
        report_xml(record, BOTH),
        annotation_lines(record, lab, BOTH),
        summary_markdown(record, "A lab", BOTH),
        class_markdown([record], "A lab"),
    ]
    for output in written:
        output.encode()
        assert len(output) < 60_000
    jsonschema.validate(strict(written[0]), schema("gradescope-results"))
    jsonschema.validate(strict(written[1]), schema("classroom50-result"))
    root = ET.fromstring(written[2])  # expat: what is not XML is an error
    assert len(list(root.iter("testcase"))) == 2
    assert root.find("testsuite").get("name") == clean(text, 200)
    assert root.find("testsuite/testcase/failure").get("message") == clean(text, 1000)
    found = commands(written[3])
    assert len(found) == 1 and found[0][0] == "error"
    assert found[0][1].keys() == {"file", "title"} and found[0][1]["file"] == "doubler.py"
    assert found[0][2].split("\n")[0] == clean(text, 1000)
    for output in written[4:]:
        page = shown(output)
        assert page.elements <= PLAIN
        seen = page.text.replace("\N{WORD JOINER}", "")
        assert clean(text, 200) in seen, (clean(text, 200), seen)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_text_is_only_text(text, lab):
    assert_harmless(text, lab)


@settings(max_examples=40)
@given(st.text(st.characters(codec=None), min_size=1, max_size=60))
def test_any_text_is_only_text(bare_lab, text):
    assert_harmless(text, bare_lab({"Doubler": "doubler.py", "Counter": "counter.py"}))


def test_nobody_is_called_by_a_summary():
    text = summary_markdown(grade(check(message="@everyone #12 a@b"), student="@a"), "A lab", BOTH)
    assert not re.search(r"[@#]\w", text)
