"""The data of pictures: what they tell, what they leave out, and that they cost no points."""

import json

import numpy as np
import pytest

from autograder.checks import CheckFailed, Known, figures
from autograder.messages import say
from tests.autograder.conftest import RIGHT, SUITE_HEAD, outcomes, write_lab

RIGHT_ARRAY = np.arange(1.0, 13.0).reshape(3, 4)


def changed(*places, by=7.0):
    actual = RIGHT_ARRAY.copy()
    for place in places:
        actual[place] += by
    return actual


def only(actual, expected=RIGHT_ARRAY):
    (figure,) = figures.of_failure(actual, expected)
    return figure


def test_whole_rows_and_columns_are_told():
    figure = only(changed(2))
    assert (figure["by"], figure["at"], figure["opposite"]) == ("rows", [2], False)
    figure = only(changed((slice(None), 3)))
    assert (figure["by"], figure["at"]) == ("columns", [3])


def test_what_is_right_by_chance_is_not_told():
    assert figures.of_failure(changed(0, 2), RIGHT_ARRAY) == ()


def test_entries_of_a_single_line_are_told():
    for shape in ((12,), (12, 1), (1, 12)):
        right, actual = RIGHT_ARRAY.reshape(shape), RIGHT_ARRAY.reshape(shape).copy()
        actual.ravel()[[2, 3]] = 0.0
        figure = only(actual, right)
        assert (figure["by"], figure["at"]) == ("entries", [2, 3])
        actual.ravel()[5] = 0.0
        assert figures.of_failure(actual, right) == ()


def test_the_diagonal_is_told():
    right = np.ones((3, 3))
    assert only(right + np.eye(3), right)["by"] == "diagonal"
    assert only(right + 1.0 - np.eye(3), right)["by"] == "off the diagonal"


def test_a_wrong_sign_is_told():
    actual = RIGHT_ARRAY.copy()
    actual[1] *= -1.0
    assert only(actual)["opposite"] is True


def test_numbers_that_are_none_are_wrong():
    actual = RIGHT_ARRAY.copy()
    actual[0] = np.nan
    assert only(actual)["at"] == [0]


def test_shapes_are_told():
    assert only(RIGHT_ARRAY.T)["kind"] == "shapes"
    assert only(np.ones(5), np.ones((5, 1)))["actual"] == (5,)
    assert figures.of_failure(np.ones((3, 7)), RIGHT_ARRAY) == ()
    known = Known(given={"w": np.ones((7, 4))})
    (figure,) = figures.of_failure(np.ones((3, 7)), RIGHT_ARRAY, known)
    assert figure["actual"] == (3, 7)


@pytest.mark.parametrize(
    "actual",
    [
        changed((0, 1), (2, 2)),  # a pattern that a submission could choose
        changed(slice(None)),  # everything: words say it
        None,
        [[1.0]],
        np.ones((3, 4), dtype=object),
        np.ones((3, 4), dtype="U1"),
        np.ma.masked_array(RIGHT_ARRAY, mask=True),
        np.ones((20, 4)),
        np.ones((2, 2, 2)),
        np.ones((0, 4)),
        np.float64(3.0),
    ],
)
def test_all_else_has_no_picture(actual):
    assert figures.of_failure(actual, RIGHT_ARRAY) == ()
    assert figures.of_failure(RIGHT_ARRAY, None) == ()


def test_no_picture_carries_many_bits():
    """Of all patterns on an array, as many are told apart as it has sets of rows and columns."""
    rng = np.random.default_rng(0)
    right, seen = np.ones((3, 3)), set()
    for _ in range(4000):
        actual = right + rng.integers(0, 2, right.shape)
        seen.add(json.dumps(figures.of_failure(actual, right)))
    assert len(seen) <= 1 + 2 * (2**3 - 2) + 2


def test_a_curve_ends_where_it_cannot_be_drawn():
    for bad in (float("nan"), float("inf"), 0.0, -1.0, 10**400, "1", None, True, [1.0]):
        figure = figures.curves(say("t"), [1, 2, 3], [(say("a"), [0.5, bad, 0.25])])
        assert figure["lines"][0]["y"] == [0.5], bad
    assert json.loads(json.dumps(figure)) == figure


def test_pictures_are_bounded():
    with pytest.raises(ValueError, match="too many"):
        figures.curves("t", range(1, 100), [])
    with pytest.raises(ValueError, match="too many"):
        figures.curves("t", [1], [("a", [1.0])] * 5)
    points = np.zeros((1, 3))
    with pytest.raises(ValueError, match="grid"):
        figures.regions("t", np.zeros((99, 99), dtype=bool), (0.0, 1.0), points)
    with pytest.raises(ValueError, match="too many points"):
        figures.regions("t", np.zeros((3, 3), dtype=bool), (0.0, 1.0), np.zeros((999, 3)))


# A check that shows something -------------------------------------------------------------------

SHOWING = (
    SUITE_HEAD
    + '''
from autograder.checks import figures


@pytest.mark.check(points=1)
def test_first(student):
    """a check that tells the submission something"""
    student.Doubler().hidden = 4711.0
    student.Doubler.secret = 4711.0


@pytest.mark.check(points=1)
def test_shows(student, show):
    """a check that shows what the submission knows"""
    doubler = student.Doubler()
    show(lambda: [figures.curves("the curve", [1, 2], [("it", doubler.curve())])])


@pytest.mark.check(points=1)
def test_fails_and_shows(student, show):
    """a check that fails and shows all the same"""
    doubler = student.Doubler()
    try:
        assert_number(doubler.forward(1.0), 3.0, "what forward returns")
    finally:
        show(lambda: [figures.curves("the curve", [1, 2], [("it", doubler.curve())])])


@pytest.mark.check(points=1)
def test_between(student):
    """a check that tells the submission something once it has shown something"""
    student.Doubler.secret = 4711.0
    assert_number(student.Doubler().forward(2.0), 4.0, "what forward returns")


@pytest.mark.check(points=1)
def test_shows_again(student, show):
    """another check that shows what the submission knows"""
    doubler = student.Doubler()
    show(lambda: [figures.curves("the curve", [1, 2], [("it", doubler.curve())])])


@pytest.mark.check(points=1)
def test_last(student):
    """a check after it"""
    assert_number(student.Doubler().forward(2.0), 4.0, "what forward returns")
'''
)
CURVE = "    def curve(self):\n        {}\n"


def shown(grade, lab, body):
    doubler = RIGHT["doubler.py"] + CURVE.format(body)
    result = grade(lab, {"doubler.py": doubler})
    return outcomes(result), [check.figures for check in result.checks]


@pytest.fixture
def showing(tmp_path):
    tasks = {"Doubler": "doubler.py"}
    return write_lab(
        tmp_path / "lab", {"test_doubler.py": SHOWING}, tasks=tasks, limits={"call": 1}
    )


PASS = {
    "test_first": "passed",
    "test_shows": "passed",
    "test_fails_and_shows": "failed",
    "test_between": "passed",
    "test_shows_again": "passed",
    "test_last": "passed",
}


def test_what_a_check_shows_is_kept_whether_it_passes_or_fails(showing, grade):
    found, pictures = shown(grade, showing, "return [0.5, 0.25]")
    assert found == PASS
    assert [len(figures) for figures in pictures] == [0, 1, 1, 0, 1, 0]
    assert pictures[1][0]["lines"][0]["y"] == [0.5, 0.25]


def test_what_a_check_shows_knows_nothing_of_the_check_before(showing, grade):
    _, pictures = shown(grade, showing, "return [getattr(type(self), 'secret', 1.0)]")
    assert pictures[1][0]["lines"][0]["y"] == [1.0]
    assert pictures[4][0]["lines"][0]["y"] == [1.0]


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('no')",
        "return 3",
        "import os; os._exit(3)",
        "while True: pass",
        "raise SystemExit",
    ],
)
def test_a_picture_that_fails_costs_nothing(showing, grade, body):
    found, pictures = shown(grade, showing, body)
    assert found == PASS
    assert not any(pictures)


def test_nobody_is_asked_where_the_worker_is_lost(showing, grade):
    files = {"doubler.py": "class Doubler:\n    def forward(self, x):\n        import os\n"
             "        os._exit(7)\n" + CURVE.format("return [0.5]")}  # fmt: skip
    result = grade(showing, files)
    failed = {check.id.partition("::")[2]: check for check in result.checks}["test_fails_and_shows"]
    assert failed.outcome == "crashed" and "ended its own process" in failed.message
    assert failed.figures == ()


def test_a_failed_comparison_has_its_picture(tmp_path, grade):
    suite = SUITE_HEAD + (
        '\n@pytest.mark.check(points=1)\ndef test_it(student):\n    """a title"""\n'
        "    x = np.ones((2, 3))\n"
        '    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")\n'
    )
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite}, tasks={"Doubler": "doubler.py"})
    wrong = "class Doubler:\n    def forward(self, x):\n        return 2.0 * x.T\n"
    (check,) = grade(lab, {"doubler.py": wrong}).checks
    assert [figure["kind"] for figure in check.figures] == ["shapes"]
    assert check.said["values"]["what"] == "what forward returns"
    assert CheckFailed("x").what == ""
