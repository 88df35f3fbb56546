"""What an object of a suite's says, gets wrong or ends, as the grade tells it."""

import pytest

from tests.autograder.conftest import SUITE_HEAD, messages, outcomes, write_lab

SUITE = (
    SUITE_HEAD
    + '''

class Layer:
    @export(x=Array(axes=2))
    def forward(self, x):
        if x.shape[1] != 2:
            raise ValueError(say("forward was not given two columns"))
        return 2.0 * x

    @export()
    def end(self):
        fail("act should not call end.")

    @export()
    def break_down(self):
        return {}[0.123456789]

    @export()
    def give_another(self):
        return Layer()


@pytest.mark.check(points=3)
def test_act(student, rng):
    """act uses a layer"""
    x = rng.normal(size=(3, 2))
    assert_array(student.Doubler().act(x, Layer()), 2.0 * x, "what act returns")


@pytest.mark.check(points=3)
def test_after(student, rng):
    """forward doubles"""
    x = rng.normal(size=(3, 2))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")
'''
)


@pytest.fixture
def run(tmp_path, grade):
    """Give a function that grades these lines, which get an array and a layer of the suite's."""
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": SUITE}, tasks={"Doubler": "doubler.py"}
    )  # fmt: skip

    def grade_lines(*lines):
        body = "\n".join(f"        {line}" for line in lines)
        source = (
            f"class Doubler:\n    def act(self, x, layer):\n{body}\n"
            "    def forward(self, x):\n        return 2.0 * x\n"
        )
        return grade(lab, {"doubler.py": source})

    return grade_lines


def test_what_was_exported_can_be_used(run):
    assert run("return layer.forward(x)").score == 6


def test_a_refusal_of_the_suites_is_told(run):
    result = run("return layer.forward(x.T)")
    assert outcomes(result) == {"test_act": "failed", "test_after": "passed"}
    assert "return layer.forward(x.T)): forward was not given two columns." in messages(result)


def test_an_argument_of_another_kind_is_told(run):
    result = run("return layer.forward(x.tolist())")
    assert outcomes(result) == {"test_act": "failed", "test_after": "passed"}
    assert "TypeError" in messages(result) and "forward takes a NumPy array" in messages(result)


CATCHING = ("try:", "    layer.{}()", "except BaseException:", "    pass", "return 2.0 * x")


def test_a_check_that_a_suites_object_ends_has_failed_whatever_student_code_does(run):
    result = run(*(line.format("end") for line in CATCHING))
    assert outcomes(result) == {"test_act": "failed", "test_after": "passed"}
    assert "act should not call end." in messages(result)


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("break_down", "Layer.break_down raised KeyError"),
        ("give_another", "an exported method returned a Layer"),
    ],
)
@pytest.mark.parametrize("catch", [True, False])
def test_a_mistake_of_the_suites_makes_the_grade_an_error(run, method, text, catch):
    lines = [line.format(method) for line in CATCHING] if catch else [f"return layer.{method}()"]
    result = run(*lines)
    assert result.status == "error" and result.score == 0
    assert text in result.reason and "0.123" not in result.reason
