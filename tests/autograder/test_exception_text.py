"""What a student reads of an exception never carries a hidden number out."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.suites import known_texts as module
from autograder.suites.errors import FileProblem, student_error
from autograder.suites.exception_text import LINES_NAMED, explain
from autograder.suites.known_texts import Known, safe_text
from autograder.suites.sent import Sent
from tests.autograder.conftest import harmless

SOURCE = b"import numpy as np\nclass Thing:\n    def forward(self, x):\n        return x @ self.w\n"


KNOWN = Known(["x", "w", "self", "np"], ["Thing", "forward"], [(3, 2), (4, 6)])


def told(types, text="", frames=(), files=None):
    files = files if files is not None else {"thing.py": SOURCE}
    return explain(student_error({"types": types, "text": text, "frames": list(frames)}), files)


def without_tails(text):
    """Leave out what is not passed on: it says again what stands before it, or is a guess."""
    text = re.sub(r"(missing \d required positional arguments?): .*", r"\1", text.strip())
    text = re.sub(r", with gufunc signature \S+", "", text)
    return re.sub(r" \(has \d.*|(?<=aligned): .*|\. Did you .*", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "operands could not be broadcast together with shapes (3,2) (4,) ",
        "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        "(n?,k),(k,m?)->(n?,m?) (size 3 is different from 2)",
        "shapes (3,2) and (3,2) not aligned: 2 (dim 1) != 3 (dim 0)",
        "'Thing' object has no attribute 'w'",
        "module 'numpy' has no attribute 'forward'",
        "name 'x' is not defined",
        "Thing.forward() missing 1 required positional argument: 'x'",
        "Thing.forward() takes 1 positional argument but 2 were given",
        "unsupported operand type(s) for @: 'NoneType' and 'float'",
        "'NoneType' object is not subscriptable",
        "not enough values to unpack (expected 2, got 1)",
        "division by zero",
        "index 3 is out of bounds for axis 0 with size 2",
        "cannot reshape array of size 6 into shape (2,2)",
    ],
)
def test_what_python_and_numpy_say_is_passed_on(text):
    assert safe_text(text, KNOWN) == without_tails(text)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("np.ones((3, 2)) + np.ones((4, 3))", ""),
        ("np.ones((3, 2)) @ np.ones((3, 2))", ""),
        ("np.ones((3, 2)).dot(np.ones((3, 2)))", ""),
        ("np.ones(3).reshape(2, 2)", ""),
        ("np.ones(3)[5]", ""),
        ("np.ones(3)[1, 2]", ""),
        ("np.ones((3, 2)).sum(axis=2)", ""),
        ("bool(np.ones(3))", ""),
        ("nowhere", "nowhere"),
        ("None.w", "w"),
        ("None[0]", ""),
        ("None + 1.0", ""),
        ("len(3)", ""),
        ("[][1]", ""),
        ("(lambda x: x)()", "x <lambda>"),
        ("1 / 0", ""),
        ("__import__('torch_of_nobody')", "torch_of_nobody"),
        ("import_this_is_no_module.x", "import_this_is_no_module"),
        ("[1] * 1.5", ""),
        ("'a' < 1", ""),
        ("a, b = 1, 2, 3", ""),
        ("a, b = 3", ""),
    ],
)
def test_the_texts_are_those_of_this_python_and_numpy(code, names):
    with pytest.raises(Exception) as caught:
        exec(code, {"np": np})
    text = str(caught.value)
    if "<lambda>" not in text:
        known = Known([*KNOWN.names, *names.split()], KNOWN.sent, [*KNOWN.shapes, (5,)])
        shown = safe_text(text, known)
        assert shown and shown == without_tails(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.12345",
        "[1.5 2.5]",
        "array([1.5])",
        "operands could not be broadcast together with shapes (3.5,2) (4,) ",
        "division by zero 0.12345",
        "x division by zero",
        "division by zero\n1.5",
        "KeyError: 1.5",
        "list index out of range" * 20,
        "name 'x\u0661.\u0662' is not defined",
        "name 'x.0.1234567890123456' is not defined",
        "No module named 'x.3141592653'",
        "module 'np.271828' has no attribute 'x.1.5'",
        "'Thing.0.33333333' object is not callable",
        "expected an indented block after bdfa iecc agbh on line 1",  # digits as letters
    ],
)
def test_what_a_student_could_have_made_up_is_not(text):
    assert safe_text(text, KNOWN) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "operands could not be broadcast together with shapes (3456,2) (4,) ",
            "operands could not be broadcast together with shapes (…) (4,)",
        ),
        ("name 'secret' is not defined", "name '…' is not defined"),
        ("name 'x12345' is not defined", "name '…' is not defined"),
        ("name 'x' is not defined. Did you mean: 'secret'?", "name 'x' is not defined"),
        (
            "index 12345 is out of bounds for axis 0 with size 2",
            "index … is out of bounds for axis 0 with size 2",
        ),
        (
            "index -3 is out of bounds for axis 9 with size 3",
            "index … is out of bounds for axis … with size 3",
        ),
        (
            "could not broadcast input array from shape (123456) into shape ()",
            "could not broadcast input array from shape (…) into shape ()",
        ),
        (
            "w000() missing 6 required positional arguments: 'w123', 'w456', 'w789', and 'w012'",
            "…() missing … required positional arguments",
        ),
        (
            "unterminated string literal (detected at line 4711)",
            "unterminated string literal",
        ),
        (
            "Other.forward() takes 2 positional arguments but 77 were given",
            "….forward() takes 2 positional arguments but … were given",
        ),
    ],
)
def test_what_the_check_does_not_know_is_left_out(text, shown):
    assert safe_text(text, KNOWN) == shown


def test_a_flat_array_of_the_first_known_is_known():
    known = Known(shapes=[(7, 5)])
    assert "(7,5)" in safe_text("cannot reshape array of size 35 into shape (7,5)", known)


words = st.sampled_from(
    [*"x w self np numpy Thing forward secret a1 x1 _ . , ' ( ) 0 1 999 1234 0.5".split()]
)
shaped = st.sampled_from(module.PATTERNS).flatmap(
    lambda pattern: st.from_regex(
        module._TOKEN.sub(lambda m: module._TOKENS[m[0]], re.sub("[«»]", "", pattern)),
        fullmatch=True,
    )
)


@given(shaped | st.lists(words, max_size=12).map(" ".join) | st.text(max_size=60))
@settings(max_examples=400)
@example("name 'x' is not defined")
def test_a_safe_text_holds_known_numbers_and_names_only(text):
    safe = safe_text(text, KNOWN)
    assert harmless(safe)
    frame = " ".join(module.PATTERNS)
    for number in re.findall(r"(?<![\w.])\d+", safe):
        assert int(number) in KNOWN.numbers or number in re.findall(r"\d+", frame)
    known = {*KNOWN.names, *KNOWN.sent, *module.WORDS, *re.findall(r"[A-Za-z_]\w*", frame)}
    assert set(re.findall(r"[A-Za-z_]\w*", safe)) <= known


def test_the_place_and_the_students_own_line_are_shown():
    text = told(["ValueError", "Exception"], "0.125", [["thing.py", 4, "forward"]])
    assert text == "Your code raised ValueError at thing.py, line 4 (return x @ self.w)."


@pytest.mark.parametrize("place", [["other.py", 4, ""], ["thing.py", 0, ""], ["thing.py", 999, ""]])
def test_a_place_that_is_not_there_is_not_shown(place):
    assert told(["ValueError"], "", [place]) == "Your code raised ValueError."


@pytest.mark.parametrize("name", ["x_0_125", "0.125", "a\x1b[2J", "SkipTest"])
def test_a_class_of_exceptions_that_is_not_in_the_file_is_not_named(name):
    assert told([name, "Exception"]) == "Your code raised an exception."


def test_a_class_of_exceptions_of_the_submissions_own_is_not_named():
    files = {"thing.py": b"class Mine(Exception): pass\n"}
    assert told(["Mine", "Exception"], files=files) == "Your code raised an exception."


def test_a_line_far_down_is_not_told_apart():
    files = {"thing.py": b"x = 1\n" * (LINES_NAMED + 2)}
    text = told(["ValueError"], "", [["thing.py", LINES_NAMED + 2, ""]], files)
    assert text == f"Your code raised ValueError at thing.py, after line {LINES_NAMED}."
    assert f"line {LINES_NAMED} (x = 1)" in told(
        ["ValueError"], "", [["thing.py", LINES_NAMED, ""]], files
    )


def test_a_text_may_name_what_stands_in_its_line_or_what_the_check_used():
    text = "'Thing' object has no attribute 'w'"
    assert "'…' object has no attribute 'w'" in told(
        ["AttributeError"], text, [["thing.py", 4, ""]]
    )
    assert "'…' object has no attribute '…'" in told(["AttributeError"], text)
    sent = Sent()
    sent.note(["Thing", {"w": 1}, "0.5"], [])
    error = student_error({"types": ["AttributeError"], "text": text})
    assert text in explain(error, {}, sent)


def test_shapes_are_those_that_the_check_has_sent():
    text = "operands could not be broadcast together with shapes (7,5) (4711,) "
    sent = Sent()
    sent.hear([np.ones((4711, 1))])
    sent.note([], [np.ones((7, 5)), np.ones((4711, 1))])
    error = student_error({"types": ["ValueError"], "text": text})
    assert "with shapes (7,5) (…)." in explain(error, {}, sent)
    sent.forget()
    assert "with shapes (…) (…)." in explain(error, {}, sent)


@pytest.mark.parametrize(
    ("types", "text", "part"),
    [
        (["NotImplementedError"], "Thing.forward", "it is not written yet"),
        (["SyntaxError"], "0.125", " cannot read the file"),
        (["SyntaxError"], "'(' was never closed", "'(' was never closed"),
        (["ModuleNotFoundError"], "No module named 'numpy'", "only NumPy and the standard library"),
    ],
)
def test_common_cases_are_said_in_plain_words(types, text, part):
    message = told(types, text, [["thing.py", 4, ""]])
    assert part in message
    assert "0.125" not in message


def test_a_missing_module_that_is_not_in_the_file_is_not_named():
    assert told(["ModuleNotFoundError"], "No module named 'x_0_125'") == (
        "Your code raised ModuleNotFoundError: No module named '…'; only NumPy and the standard "
        "library may be imported."
    )


def test_what_intake_said_is_said_as_it_is():
    assert explain(FileProblem("a.py is missing"), {}) == "a.py is missing."


def test_a_line_of_a_hostile_file_does_nothing():
    files = {"thing.py": b"\x1b[2J \xff\xfe raise x\n"}
    text = told(["ValueError"], "", [["thing.py", 1, ""]], files)
    assert harmless(text)
