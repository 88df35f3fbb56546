"""The pages of students and of a class."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder import cli
from autograder.course.report import Score
from autograder.files import write_whole
from autograder.messages import say
from autograder.pages import TEMPLATES
from autograder.pages.classview import page_link
from autograder.pages.drawing import bar, picture
from autograder.pages.shown import code
from autograder.pages.site import Site
from autograder.pages.steps import find_steps
from autograder.pages.student import student_page
from autograder.records import FILE_NAME, Grade
from tests.autograder.conftest import write_files
from tests.autograder.pages import (
    a_class,
    all_pictures,
    check,
    class_page,
    diagnosis,
    grade,
    raised,
)

GRADES = {one.student: one for one in a_class()}


def part_of(page, language):
    """Give the text of a page in one language, without its tags."""
    found = re.search(rf'<div class="page" lang="{language}"[^>]*>(.*?)\n</div>\n', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def whole(site, student):
    return student_page(site, GRADES[student])


@pytest.fixture
def site(lab):
    return Site(lab)


@pytest.fixture
def graded(tmp_path):
    """Write the records of a class."""
    for one in GRADES.values():
        write_whole(tmp_path / "grades" / one.student / FILE_NAME, one.to_json())
    return tmp_path / "grades"


# A student's page -------------------------------------------------------------------------------


def test_a_page_says_everything_in_both_languages(site):
    page = whole(site, "s02")
    english, chinese = part_of(page, "en"), part_of(page, "zh-TW")
    assert "What to do first" in english and "建議的修正步驟" in chinese
    assert "w of a layer has the wrong shape: (3, 2) instead of (2, 3)." in english
    assert "w of a layer：形狀不對，現在是 (3, 2)，應該是 (2, 3)。" in chinese
    assert "Is it (3, 5) ?" in english and "是 (3, 5) 嗎？" in chinese
    assert "doubler.py, line 2 ( b = x + 1 )" in english and "doubler.py 第 2 行" in chinese
    assert "2 of 12 points" in english and "分，滿分 12 分" in chinese
    assert "not reached" in english and "未執行" in chinese
    for text in ("What to do first", "Found", "Passed", "points"):
        assert text not in chinese


def test_one_language_needs_no_switch(lab):
    page = student_page(Site(lab, ["zh-TW"]), GRADES["s02"])
    assert (
        '<html lang="zh-TW">' in page
        and 'class="languages"' not in page
        and "建議的修正步驟" in page
    )
    assert "What to do first" not in page
    first = student_page(Site(lab, ["zh-TW", "en"]), GRADES["s02"])
    assert '<html lang="zh-TW">' in first
    assert 'html:not(:has(:target)) :is(.page:not([lang="zh-TW"])' in first


def test_a_students_page_has_no_script_and_nothing_from_outside(site):
    for student in GRADES:
        page = html.unescape(whole(site, student))
        assert "<script" not in page and "script-src" not in page
        assert "default-src 'none'; style-src 'sha256-" in page
        assert not re.search(r"\son\w+=|style=|src=|//", page)
        assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)', page))


def test_every_picture_is_drawn_in_both_languages(site):
    page = whole(site, "s02")
    assert page.count("<figure>") == 2 * len(all_pictures())
    chinese = part_of(page, "zh-TW")
    for caption in (
        "錯的恰好是這些列：1",
        "錯的恰好是這些元素：1",
        "錯的恰好是這些行：2",
        "對角線",
        "並排",
        "預測為 1",
    ):
        assert caption in chinese
    assert "your network: 0.1 at epoch 10; reference: 0.1 at epoch 10" in part_of(page, "en")
    assert "no usable numbers were recorded" in part_of(page, "en")


@pytest.mark.parametrize("student", GRADES)
def test_every_link_leads_somewhere_and_every_id_is_unique(site, student):
    page = whole(site, student)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)', page)) <= set(ids)


def test_who_could_not_be_graded_is_told_why(site):
    assert "doubler.py is missing" in part_of(whole(site, "s06"), "en")
    assert "缺少 doubler.py" in part_of(whole(site, "s06"), "zh-TW")
    page = part_of(whole(site, "s07"), "en")
    assert "not your fault" in page and "the grader failed" not in page


def test_right_code_has_nothing_to_do(site):
    page = part_of(whole(site, "s01"), "en")
    assert "Nothing: every check passed." in page and "To fix" not in page


def test_names_and_lines_of_code_are_shown_as_code(lab):
    source = """class Doubler:
    def forward(self, some_x, layers):
        self.w = self.kept_x = self.layers = some_x
"""
    write_files(lab.root, {"solution/doubler.py": source, "solution/counter.py": "not Python ("})
    names = Site(lab).names
    assert names.findall(
        "Doubler.forward(x) and Counter of w, kept_x, some_x; 'forward', w.T, (w + 1), the layers"
    ) == ["Doubler.forward(x)", "Counter", "w", "kept_x", "some_x"]
    page = student_page(Site(lab), GRADES["s02"])
    assert "doubler.py, line 2 (<code>b = x + 1</code>)" in page
    assert "<code>w</code> of a layer has the wrong shape" in page
    assert code("<w> `w`", names) == "&lt;<code>w</code>&gt; <code>w</code>"
    assert not Site(replace(lab, tasks={})).names.findall("w of x")


def test_an_older_record_is_shown_in_english(site):
    old = [replace(c, said=None) for c in GRADES["s02"].checks]
    page = student_page(site, replace(GRADES["s02"], checks=tuple(old)))
    assert '<span lang="en">w of a layer has the wrong shape' in page


def steps(lab, checks):
    shown = [Shown(bool(c.points), c.max_points, c.points, c.id.partition("::")[2]) for c in checks]
    return [[one.name for one in step.checks] for step in find_steps(checks, shown, lab)]


class Shown:
    def __init__(self, passed, max_points, points, name):
        self.passed, self.max_points, self.points, self.name = passed, max_points, points, name


def test_checks_with_one_reason_are_one_step(lab):
    known = diagnosis("a")
    checks = [
        check(1, outcome="failed", message="unexplained"),
        check(2, outcome="failed", message="m", diagnosis=known),
        check(3, outcome="failed", message="n", diagnosis=known),
        check(4, "Counter", "failed", "n", diagnosis(hints=None)),
        check(5, "Counter", "not reached", "Not reached."),
    ]
    assert steps(lab, checks) == [["test_2", "test_3"], ["test_1"], ["test_4"]]


def test_what_is_certain_and_costs_most_comes_first(lab):
    numbers, exact = diagnosis(hints={"en": "A sign."}), diagnosis(hints=None, exact=True)
    checks = [
        check(1, outcome="failed", message="unexplained"),
        check(2, outcome="failed", message="numbers", diagnosis=numbers),
        check(3, outcome="failed", message="a wrong type", diagnosis=exact),
        check(4, outcome="failed", message="m", diagnosis=diagnosis("a")),
        check(5, "Counter", "failed", "n", diagnosis("a")),
        check(6, "Counter", "crashed", "No answer."),
    ]
    found = steps(lab, checks)
    assert found == [["test_4", "test_5"], ["test_3"], ["test_6"], ["test_2"], ["test_1"]]


def test_a_part_that_uses_all_classes_comes_last(lab):
    parts = tuple(
        replace(part, uses=("Doubler",) if part.name == "Counter" else ()) for part in lab.parts
    )
    lab = replace(lab, parts=parts)
    own = check(1, outcome="failed", message="m")
    together = check(2, "Counter", "failed", "n", diagnosis("a"))
    unclear = check(2, "Counter", "failed", "n")
    assert steps(lab, [own, unclear]) == [["test_1"]]
    assert steps(lab, [own, together]) == [["test_2"], ["test_1"]]
    assert steps(lab, [check(1), together]) == [["test_2"]]
    known = check(3, outcome="failed", message="m", diagnosis=diagnosis("a"))
    assert steps(lab, [own, together, known]) == [["test_2", "test_3"], ["test_1"]]


def test_what_ran_out_of_time_has_the_points_of_what_was_not_reached(lab):
    late = say("Out of time: {reason}.", reason="5 s")
    checks = [
        check(1, outcome="timeout", message=late),
        check(2, outcome="not reached", message="n"),
        check(3, "Counter", "not reached", "n"),
    ]
    assert steps(lab, checks) == [["test_1", "test_2"]]


def left_out(number, title):
    why = say("it builds on \u201c{title}\u201d, which does not pass", title=title)
    return check(number, outcome="not reached", message=say("Not reached: {reason}.", reason=why))


def test_what_builds_on_a_check_is_not_told_of_as_out_of_time(site):
    first = check(1, outcome="failed", message="m")
    checks = [first, left_out(2, first.name), check(3, outcome="not reached", message="n")]
    page = said(site, *checks)
    assert "Not reached: it builds on another check (1)" in page
    assert "Not run: graded once the code ends in time (1)" in page
    assert "Seen in check number 1 1 check was not run because of this." in page
    broken = '<td class="number">1</td></tr>'
    assert broken in class_page(site, [grade("s", checks)])


def test_what_builds_on_a_check_depends_on_what_is_wrong_with_that(lab):
    first, other = check(1, outcome="failed", message="m"), check(2, outcome="failed", message="n")
    second = left_out(3, first.name)
    checks = [first, other, second, left_out(4, second.name), left_out(5, "nothing there")]
    assert steps(lab, checks) == [["test_1", "test_3", "test_4"], ["test_2"]]


def test_what_is_not_written_yet_comes_in_the_order_of_the_suites(lab):
    unwritten = say("Your code raised {kind}.", kind="NotImplementedError")
    exact = diagnosis(hints=None, exact=True)
    checks = [
        check(1, outcome="failed", message=unwritten, diagnosis=diagnosis(hints={"en": "One."})),
        check(2, "Counter", "failed", unwritten, diagnosis(hints={"en": "Two."})),
        check(3, "Counter", "failed", unwritten, diagnosis(hints={"en": "Two."})),
        check(4, "Counter", "failed", "a wrong type", exact),
    ]
    assert steps(lab, checks) == [["test_4"], ["test_1"], ["test_2", "test_3"]]


def test_what_is_asked_of_a_loop_is_a_hint(site):
    late = say(
        "Out of time: {reason}. Your code was then at {place}. If a loop runs there, does every "
        "round bring it nearer to its end?",
        reason="5 s",
        place="a.py, line 1",
    )
    page = student_page(site, grade("s", [check(1, outcome="timeout", message=late)]))
    assert '<p class="hint">If a loop runs there' in page
    assert '<p class="hint">如果那裡有迴圈，它會結束嗎？每跑一圈' in page


def test_of_what_was_not_run_it_is_said_that_its_points_can_come_back(site):
    late = check(1, outcome="timeout", message=say("Out of time: {reason}.", reason="5 s"))
    rest = [check(i, outcome="not reached", message="n") for i in (2, 3)]
    assert "2 checks were not run because of this. Once" in said(site, late, *rest)
    assert "their points (4) can come back" in said(site, late, *rest)
    assert "not run because" not in said(site, late)


def said(site, *checks):
    """Give the text of a page of these failed checks."""
    return part_of(student_page(site, grade("s", checks)), "en")


def failed(number, message, hint, part="Doubler"):
    known = diagnosis(hints={"en": hint}) if hint else None
    return check(number, part, "failed", message, known)


def test_a_hint_is_told_once_and_pointed_to(site):
    page = said(site, *(failed(i, f"m{i}.", "Print it.") for i in (1, 2)))
    assert page.count("Print it.") == 1
    steps, _, cards = page.partition("To fix (2)")
    assert "Print it." in steps and "Found and hint the same as for step 1" in cards
    assert "Found m2. Hint the same as for step 1" in cards


def test_what_is_told_below_the_first_steps_is_told_there_once(site):
    checks = [check(i, outcome="crashed", message=f"m{i}.") for i in range(3)]
    checks += [failed(3, "m3.", "Look."), failed(4, "m4.", "Look.", "Counter")]
    checks += [failed(5, "m0.", "Other.", "Counter")]
    page = said(site, *checks)
    assert page.count("Look.") == page.count("m0.") == 1
    assert "Hint the same as for “check number 3”" in page
    assert "Found the same as for step 1 Hint Other." in page and "Found m3. Hint Look." in page


def test_of_several_hints_only_those_that_are_new_are_told(site):
    page = said(site, failed(1, "m1.", "One. Or: Two."), failed(2, "m2.", "Three. Or: One."))
    assert page.count("One.") == page.count("Two.") == page.count("Three.") == 1
    assert "Three. Or: the same as for step 1" in page


def test_a_sentence_that_follows_is_told_once(site):
    messages = [
        say("{a} is wrong. If others are, begin with those.", a=text) for text in ("x", "y. Oh. No")
    ]
    page = said(site, *(failed(i, message, "") for i, message in enumerate(messages)))
    assert page.count("begin with those.") == 1
    assert "Found x is wrong. If others" in page and "Found y. Oh. No is wrong. Seen in" in page


def test_such_a_part_is_named_where_it_may_lose_points_by_another(lab):
    parts = tuple(
        replace(part, uses=("Doubler",) if part.name == "Counter" else ()) for part in lab.parts
    )
    site = Site(replace(lab, parts=parts), ["en"])
    failed = [check(1, outcome="failed", message="m"), check(2, "Counter", "failed", "n")]
    for checks in (failed, [check(1), failed[1]], [failed[0], check(2, "Counter")]):
        page = part_of(student_page(site, grade("s", checks)), "en")
        assert ("shows in it as well. Look at these first: Doubler." in page) == (checks is failed)


def test_chinese_words_stand_without_a_space(lab):
    chinese = Site(lab, ["zh-TW"]).languages[0]
    failed = say("{what} should be a NumPy array, not {type}.", what="x", type=say("an exception"))
    assert chinese.say(failed) == "x：應該是 NumPy 陣列，而不是例外。"


def test_what_is_said_of_many_checks_is_said_once(site):
    checks = [check(i, outcome="failed", message="no such file") for i in range(5)]
    checks.append(check(5, outcome="failed", message="another"))
    page = part_of(student_page(site, grade("s", checks)), "en")
    cards = page.partition("To fix (6)")[2]
    assert "5 checks check number 0" in cards and cards.count("0 / 2 points") == 6
    assert page.count("no such file") == page.count("another") == 1


def test_what_is_not_shown_at_once_is_counted(site):
    checks = [check(i, outcome="failed", message=f"reason {i}") for i in range(5)]
    page = student_page(site, grade("s", checks))
    assert "After these, 2 more things are described below." in part_of(page, "en")


def test_backticks_are_code():
    assert code("a `b<c` d`e") == "a <code>b&lt;c</code> d`e"


@pytest.mark.parametrize("figure", all_pictures())
def test_a_broken_picture_is_left_out(figure):
    for key in figure.keys() - {"title"}:
        for value in (None, "x", [], {}, -1, [[]], ["x"], [float("nan")], [0, 0], 10**400):
            drawn = picture({**figure, key: value}, lambda text, **values: str(text))
            assert "nan" not in drawn and "inf" not in drawn
    assert picture({}, str) == picture({"kind": "other"}, str) == ""


def test_a_bar_stays_in_its_frame():
    for share in (-1.0, 0.0, 0.5, 2.0):
        assert 0.0 <= float(re.search(r'full" width="([\d.-]+)', bar(share))[1]) <= 100.0


# Since the attempt before ------------------------------------------------------------------------


def since_text(site, earlier, now):
    return part_of(student_page(site, now, earlier), "en").partition("What to do first")[2]


def attempts(*outcomes, **fields):
    """Give the grades of attempts, of each the outcomes of its checks."""
    return [
        replace(
            grade("s", [check(i, outcome=outcome) for i, outcome in enumerate(those)], **fields),
            digest=f"sha256:{number}",
        )
        for number, those in enumerate(outcomes)
    ]


def test_what_has_changed_is_said(site):
    before, now = attempts(("failed", "passed", "passed"), ("passed", "timeout", "passed"))
    text = since_text(site, before, now)
    assert "Since your last attempt 4 \N{RIGHTWARDS ARROW} 4 points of the checks" in text
    assert "1 check passed before and does not pass now: check number 1" in text
    assert "1 check did not pass before and passes now \N{CHECK MARK} check number 0" in text
    assert "The checks or the grader" not in text
    later = replace(now, attempt=2, made_from={"suites": "b", "files": "c"})
    text = since_text(site, replace(before, made_from={"suites": "a"}), later)
    assert "Since attempt 1" in text and "The checks or the grader have changed" in text


def test_of_checks_that_only_one_attempt_had_nothing_is_said(site):
    before, now = attempts(("failed", "passed"), ("failed", "passed", "failed"))
    gone = replace(before, checks=(*before.checks, replace(check(9), name="a secret of old")))
    text = since_text(site, gone, now)
    assert "The same checks pass as before." in text and "a secret of old" not in text


@pytest.mark.parametrize("status", ["error", "missing", "excused"])
def test_nothing_is_compared_that_has_no_points(site, status):
    before, now = attempts(("failed",), ("passed",))
    for pair in ((replace(before, status=status), now), (before, replace(now, status=status))):
        assert "last attempt" not in since_text(site, *pair)
    assert "last attempt" not in since_text(site, now, now)  # the same files, graded again


def test_what_could_not_be_graded_before_is_said(site):
    text = since_text(site, GRADES["s06"], GRADES["s01"])
    assert "The last attempt could not be graded." in text and "0 \N{RIGHTWARDS ARROW} 12" in text


# The answers in the notebook ---------------------------------------------------------------------

NOTEBOOK = """\
# %% [markdown] nbgrader={"grade": false, "solution": false, "task": false, "grade_id": "ask"}
# ### Why? (3 points)
# <!-- zh-TW -->
# ### \u70ba\u4ec0\u9ebc\uff1f\uff083 \u5206\uff09

# %% [markdown] nbgrader={"grade": true, "solution": true, "grade_id": "why", "points": 3}
# ### BEGIN SOLUTION
# ### A secret of the marking guide
# ### END SOLUTION

# %% nbgrader={"grade": true, "solution": false, "task": false, "grade_id": "Doubler", "points": 4}
# ## a comment

# %% [markdown] nbgrader={"task": true, "grade_id": "how", "points": 2}
# %% nbgrader={"grade": true, "broken
"""


@pytest.fixture
def asking(lab):
    """Give the pages of a lab with two questions."""
    write_files(lab.root, {"notebook.py": NOTEBOOK})
    return Site(replace(lab, release=replace(lab.release, notebook="notebook.py")))


def test_the_questions_of_a_notebook_are_read_without_its_guide(asking):
    why, how = asking.questions
    assert (why.name, why.points) == ("why", 3) and (how.name, how.points) == ("how", 2)
    assert why.titles == {"en": "Why?", "zh-TW": "\u70ba\u4ec0\u9ebc\uff1f"} and how.titles == {}


def test_answers_wait_for_a_person(asking):
    page = student_page(asking, GRADES["s02"])
    english = part_of(page, "en")
    assert "graded by a person and can earn up to 5 points more" in english
    assert "Answers in the notebook \N{EN DASH} / 5 graded by a person" in english
    assert "secret" not in page


def test_what_a_gradebook_has_of_the_answers_is_said(asking):
    def text(**given):
        return part_of(student_page(asking, GRADES["s02"], None, given), "en")

    page = text(why=Score(None, 2.5), how=Score(None, None, waiting=True))
    assert "add 2.5 points so far; answers worth 2 points are still waiting" in page
    assert "Why? 2.5 / 3 graded by a person how \N{EN DASH} / 2 waits for a person" in page
    page = text(why=Score(0.0, None), how=Score(None, 1.0, waiting=True))
    assert "add 1 of 5 points" in page and "a person will look at it again" in page
    assert "waiting" in text(why=Score(None, float("nan")))


# The class's page --------------------------------------------------------------------------------


def test_the_class_is_summed_up(site):
    page = part_of(class_page(site, a_class()), "en")
    assert "students 7 graded 5" in page
    assert "s06 rejected doubler.py is missing" in page and "s07 the grader failed" in page
    assert "s05 in part doubler.py is missing" in page
    assert "2 w-transposed Print w.shape" in page
    assert "2 students: s03 , s04 李小明 check number 0" in page
    assert "check number 1 4 2 Doubler" in page
    chinese = part_of(class_page(site, a_class()), "zh-TW")
    assert "缺少 doubler.py" in chinese and "已知的錯誤" in chinese


def test_every_student_is_linked(site):
    page = class_page(site, a_class())
    for student in GRADES:
        assert f'<a href="{page_link(student)}">{student}</a>' in page
    assert page_link("a b%2F'\"<#?") == "a%20b%25252F%2527%2522%253C%2523%253F/index.html"


def test_a_class_of_which_nobody_was_graded(site):
    page = part_of(class_page(site, [GRADES["s06"]]), "en")
    assert "mean – median –" in page and page.count("None.") == 3


def test_long_lists_are_folded(site):
    many = [replace(GRADES["s03"], student=f"n{i:03}") for i in range(30)]
    assert "22 more" in part_of(class_page(site, many), "en")


@pytest.mark.parametrize(
    ("most", "widths"),
    [(100, {10}), (7, {1}), (10, {1}), (12, {2}), (25, {5}), (23, {3, 2})],
)
def test_every_score_is_counted_once_in_columns_of_equal_width(lab, most, widths):
    parts = (replace(lab.parts[0], points=most),)
    site = Site(replace(lab, parts=parts), ["en"])
    grades = [Grade(f"s{i}", "graded", i, most, 0) for i in range(most + 1)]
    told = re.search(r'aria-label="Students by score\. ([^"]*)"', class_page(site, grades))[1]
    counts = [int(part.rpartition(": ")[2]) for part in told.split(", ")]
    assert sum(counts) == most + 1 and counts[-1] == 1 and {*counts[:-1]} == widths


def test_the_only_script_is_ours(site):
    page = html.unescape(class_page(site, a_class()))
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert scripts == [(TEMPLATES / "sort.js").read_text("utf-8")]
    assert "script-src 'sha256-" in page and "unsafe" not in page


# The command -------------------------------------------------------------------------------------


def run(lab, *arguments):
    return cli.main(["--lab", str(lab.root / "lab.toml"), *map(str, arguments)])


def test_pages_are_written_beside_the_records(lab, graded, capsys):
    assert run(lab, "pages", graded) == cli.OK
    assert "the pages of 7 students are in" in capsys.readouterr().out
    assert "The class" in (graded / "index.html").read_text("utf-8")
    for student in GRADES:
        assert student in (graded / student / "index.html").read_text("utf-8")


def test_a_language_can_be_chosen(lab, graded, capsys):
    assert run(lab, "pages", graded, "--lang", "zh-TW") == cli.OK
    assert "What to do first" not in (graded / "s02" / "index.html").read_text("utf-8")
    capsys.readouterr()
    assert run(lab, "pages", graded, "--lang", "tlh") == cli.USAGE
    assert "not in 'tlh'; choose from en, zh-TW" in capsys.readouterr().err


def test_what_is_wrong_is_said(lab, graded, tmp_path, capsys):
    assert run(lab, "pages", tmp_path / "nowhere") == cli.USAGE
    assert "there are no grades" in capsys.readouterr().err
    stray = json.loads(GRADES["s01"].to_json()) | {"student": "../../elsewhere"}
    write_files(graded, {f"stray/{FILE_NAME}": json.dumps(stray)})
    assert run(lab, "pages", graded) == cli.LOW
    assert "lies in a folder of another name" in capsys.readouterr().err
    assert not list(tmp_path.parent.glob("elsewhere*"))


def test_a_page_that_cannot_be_written_is_named(lab, graded, capsys):
    (graded / "index.html").mkdir()
    assert run(lab, "pages", graded) == cli.USAGE
    assert "cannot write a page" in capsys.readouterr().err


# Hostile text ------------------------------------------------------------------------------------

HOSTILE = [
    "<script>window.pwned=1</script>",
    "\"><img src='http://127.0.0.1:9/x' onerror='window.pwned=1'>",
    "</style></title></textarea><svg onload=window.pwned=1>",
    "{{ 7*7 }}{% raw %}${7*7}{what.__class__}%(x)s",
    "javascript:window.pwned=1",
    "a\u202eb\u2066c\x1b]0;x\x07\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(site, text):
    said = say("{a}", a=text)
    pictures = all_pictures(title=text, name=text)
    checks = [
        replace(
            check(1, outcome="failed", message=said, pictures=pictures),
            name=text, part="Doubler", outcome="failed",
            diagnosis=diagnosis(text, hints={"en": f"`{text}` {text}", "zh-TW": text}),
        ),
        check(2, outcome="failed", message=raised(line=1, source=text.replace("\ud800", ""))),
    ]  # fmt: skip
    one = replace(grade("s", checks), student=text, digest=text, reason=text)
    for page in (student_page(site, one), class_page(site, [one, one])):
        reader = Reader()
        reader.feed(page)
        assert reader.tags <= KNOWN_TAGS
        assert not [name for name in reader.attributes if name.startswith("on") or name == "style"]
        assert all(re.fullmatch(r"#\S+|[^:/]+/index\.html", link) for link in reader.links)
        assert "7*7" not in page or "49" not in re.sub(r"sha256-\S+|[\d.]{3,}", "", page)
        page.encode()
        assert not re.search("[\u202e\u2066\x1b\x07]", page)


KNOWN_TAGS = set(
    "html head meta title style body div header p h1 h2 h3 h4 main nav "
    "section strong ol ul li a span code br details summary article table thead tbody tr th td "
    "button dl dt dd footer figure figcaption script svg rect path text polyline circle".split()
)


class Reader(HTMLParser):
    """Notes what tags, attributes and links a page has."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href")]
