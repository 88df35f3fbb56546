"""What to do about a failure that says by itself what it is: an exception, or nothing returned."""

from __future__ import annotations

import re

from autograder.checks import CheckFailed
from autograder.messages import Message, message_of, say
from autograder.suites.errors import StudentError

_NOTHING = say(
    "Nothing came back. Does every way through the method end in a `return` with a value?"
)
_NONE = say(
    "On that line something is `None`: it was never given a value, or it is what a method without "
    "`return` gave back. Print what stands there just before it."
)
_PRODUCT = say(
    "In a matrix product the first factor must have as many columns as the second has rows. Print "
    "both shapes just before that line; which of the two is not what you expect?"
)
_SHAPES = say(
    "Print the shapes of the arrays on that line, just before it; which of them is not what you "
    "expect?"
)
_ONE = say("An array stands on that line where one number is wanted. Print its shape just before.")
_TRUTH = say(
    "A comparison of arrays gives an array of answers, and an `if` wants a single one. What is to "
    "happen to those elements for which the answer is no?"
)
_NAME = say("Compare that name, letter by letter, with the place where it is given its value.")
_UNSET = say(
    "Which line gives that attribute its value, and has it run before this one? Compare the name "
    "letter by letter, too."
)
_ARGUMENTS = say(
    "Compare the arguments in the first line of the method, and their order, with the handout's."
)
_ENDLESS = say("A method calls itself, directly or through another one, and never comes to an end.")
_CRASH = say(
    "Your code stops at that line, so nothing after it is done. Run it yourself on a small "
    "example, and print what stands on the line just before it."
)
#: What Python and NumPy say, and the advice; the first that is found.
_TEXTS = (
    ("NoneType", _NONE),
    (r"matmul|not aligned", _PRODUCT),
    (r"broadcast|cannot reshape|axes don't match|axis \d+ is out of bounds", _SHAPES),
    (r"truth value of an array", _TRUTH),
    (r"converted to Python scalars|setting an array element", _ONE),
    (r"is not defined|cannot access local variable", _NAME),
    (r"has no attribute", _UNSET),
    (r"positional argument|keyword argument|takes no arguments", _ARGUMENTS),
    (r"maximum recursion depth", _ENDLESS),
)
_NO_CRASH = frozenset({"SyntaxError", "IndentationError", "TabError", "ModuleNotFoundError"})


def advice(error: BaseException) -> Message | None:
    """Say what to do about a failure that needs no diagnosis.

    Parameters
    ----------
    error
        What a check raised.

    Returns
    -------
    Message or None
        A sentence or two of our own; None if the message says all, or numbers are wrong.
    """
    if isinstance(error, CheckFailed):
        message = message_of(error)
        given = message.values.get("type", "") if isinstance(message, Message) else ""
        return _NOTHING if str(given).startswith("None ") else None
    if not isinstance(error, StudentError) or error.ours or error.type_name in _NO_CRASH:
        return None
    if error.type_name == "NotImplementedError":
        if error.inside:
            return say("Write `{method}`: what is checked here needs it.", method=error.inside)
        return say("Write what is still missing there: what is checked here needs it.")
    for text, found in _TEXTS:
        if re.search(text, error.text):
            return found
    return _CRASH if error.line else None
