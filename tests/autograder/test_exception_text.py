"""What a student reads of an exception never carries a hidden number out."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.suites import exception_text as module
from autograder.suites.errors import FileProblem, student_error
from autograder.suites.exception_text import explain, safe_text
from tests.autograder.conftest import harmless

SOURCE = b"import numpy as np\nclass Thing:\n    def forward(self, x):\n        return x @ self.w\n"


def told(types, text="", frames=(), files=None):
    files = files if files is not None else {"thing.py": SOURCE}
    return explain(student_error({"types": types, "text": text, "frames": list(frames)}), files)


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
    assert safe_text(text, SOURCE) == text.strip()


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
    import numpy as np

    with pytest.raises(Exception) as caught:
        exec(code, {"np": np})
    text = str(caught.value)
    if "<lambda>" not in text:
        assert safe_text(text, SOURCE + names.encode()) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.12345",
        "[1.5 2.5]",
        "array([1.5])",
        "operands could not be broadcast together with shapes (3456,2) (4,) ",
        "operands could not be broadcast together with shapes (3.5,2) (4,) ",
        "name 'secret' is not defined",
        "division by zero 0.12345",
        "x division by zero",
        "division by zero\n1.5",
        "KeyError: 1.5",
        "index 12345 is out of bounds for axis 0 with size 2",
        "list index out of range" * 20,
        "name 'x12345' is not defined",
        "name 'x\u0661\u0662' is not defined",
    ],
)
def test_what_a_student_could_have_made_up_is_not(text):
    assert safe_text(text, SOURCE) == ""


@pytest.mark.parametrize(
    "text",
    [
        "name 'x.0.1234567890123456' is not defined",
        "No module named 'x.3141592653'",
        "module 'np.271828' has no attribute 'x.1.5'",
        "'Thing.0.33333333' object is not callable",
    ],
)
def test_a_dotted_name_carries_no_number(text):
    assert safe_text(text, SOURCE) == ""


def test_a_made_up_syntax_error_carries_no_letters():
    hidden = "bdfa iecc agbh"  # digits as letters
    assert safe_text(f"expected an indented block after {hidden} on line 1", SOURCE) == ""


def test_a_shape_holds_no_long_number():
    assert safe_text("could not broadcast input array from shape (123456) into shape ()", b"") == ""


words = st.sampled_from(
    [*"x w self np numpy Thing forward secret a1 x1 _ . , ' ( ) 0 1 999 1234 0.5".split()]
)
shaped = st.sampled_from(module._PATTERNS).flatmap(
    lambda pattern: st.from_regex(
        re.sub("NAMES|NAME|SHAPE|NUMBER", lambda m: getattr(module, f"_{m[0]}"), pattern),
        fullmatch=True,
    )
)


@given(shaped | st.lists(words, max_size=12).map(" ".join) | st.text(max_size=60))
@settings(max_examples=400)
@example("name 'x' is not defined")
def test_a_safe_text_holds_small_numbers_and_known_names_only(text):
    safe = safe_text(text, SOURCE)
    assert harmless(safe)
    for number in re.findall(r"(?<![\w.])\d+", safe):
        assert len(number) <= 3
    known = set(re.findall(r"\w+", SOURCE.decode())) | module._WORDS
    frame = set(re.findall(r"[A-Za-z]+", " ".join(module._PATTERNS)))
    letters = {w for w in re.findall(r"[A-Za-z_]\w*", safe) if not re.fullmatch("x[0-9a-f]{2}", w)}
    assert letters <= known | frame


def test_the_place_and_the_students_own_line_are_shown():
    text = told(["ValueError", "Exception"], "0.125", [["thing.py", 4, "forward"]])
    assert text == "Your code raised ValueError at thing.py, line 4 (return x @ self.w)."


@pytest.mark.parametrize("place", [["other.py", 4, ""], ["thing.py", 0, ""], ["thing.py", 999, ""]])
def test_a_place_that_is_not_there_is_not_shown(place):
    assert told(["ValueError"], "", [place]) == "Your code raised ValueError."


@pytest.mark.parametrize("name", ["x_0_125", "0.125", "a\x1b[2J", "SkipTest"])
def test_a_class_of_exceptions_that_is_not_in_the_file_is_not_named(name):
    assert told([name, "Exception"]) == "Your code raised an exception."


def test_a_class_of_exceptions_that_is_in_the_file_is_named():
    files = {"thing.py": b"class Mine(Exception): pass\n"}
    assert told(["Mine", "Exception"], files=files) == "Your code raised Mine."


@pytest.mark.parametrize(
    ("types", "text", "part"),
    [
        (["NotImplementedError"], "Thing.forward", "it is not written yet"),
        (["SyntaxError"], "0.125", "Python cannot read the file"),
        (["SyntaxError"], "'(' was never closed", "'(' was never closed"),
        (["ModuleNotFoundError"], "No module named 'np'", "only NumPy and the standard library"),
    ],
)
def test_common_cases_are_said_in_plain_words(types, text, part):
    message = told(types, text, [["thing.py", 4, ""]])
    assert part in message
    assert "0.125" not in message


def test_a_missing_module_that_is_not_in_the_file_is_not_named():
    assert told(["ModuleNotFoundError"], "No module named 'x_0_125'") == (
        "Your code raised ModuleNotFoundError."
    )


def test_what_intake_said_is_said_as_it_is():
    assert explain(FileProblem("a.py is missing"), {}) == "a.py is missing."


def test_a_line_of_a_hostile_file_does_nothing():
    files = {"thing.py": b"\x1b[2J \xff\xfe raise x\n"}
    text = told(["ValueError"], "", [["thing.py", 1, ""]], files)
    assert harmless(text)
