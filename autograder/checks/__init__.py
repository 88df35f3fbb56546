"""What the author of a lab may use in its suites.

A *suite* is a file of tests, as for pytest, that grades one part of a lab. A *check* is a test in
it that has points: a function with the marker ``check``, whose docstring's first line is the title
that students read. It passes or it fails; there are no parts of its points. ::

    import numpy as np
    import pytest

    from autograder.checks import Known, assert_array


    @pytest.mark.check(points=3)
    def test_forward(student, rng):
        '''forward returns x @ w.T'''
        w, x = rng.normal(size=(3, 5)), rng.normal(size=(7, 5))
        layer = student.Layer(5, 3)
        layer.w = w.copy()
        known = Known(given={"x": x, "w.T": w.T}, product=("x", "w.T"))
        assert_array(layer.forward(x.copy()), x @ w.T, "what forward returns", known=known)

How to write one:

1. Draw inputs from ``rng``, and hand out copies: student code may change what it is given.
2. Compute what is right from what the check itself holds, never from what student code gave.
3. Compare with a function of this module, and name what is compared in words that the student
   knows. Plain ``assert`` says nothing that a student could use, and may say a hidden number.
4. See that doing nothing does not pass: draw numbers that zeros don't equal.

**Marker.** ``@pytest.mark.check(points, seconds, call_seconds)``: `points` is a whole number; where
those of a part's checks don't add up to the part's points in ``lab.toml``, they are scaled to them.
`seconds` and `call_seconds` override the lab's time limits for the check and for one call of
student code.

**Fixtures.**

``student``
    Has the submission's classes and functions as attributes. They run in a process of their own;
    plain data and arrays come from there as copies, other objects as proxies.
``rng``
    A ``numpy.random.Generator`` whose draws depend on the run's seed, the course's secret and the
    check only, so that they are the same for every student.
``clock``
    Has the time limits: a check that finds out by itself that a long call is in order sets
    ``clock.call_seconds``.
``show``
    ``show(make)`` calls a function that gives a list of `figures` for the student's page. If it
    fails, that costs no points.

**Comparisons** fail the check with `CheckFailed`, whose message is written for the student. They
look at the type first, then at the form, then at the values, and never show an expected number, a
hidden input or anything that the submission chose: shapes and positions are the most they tell.

=====================  ===========================================================
`assert_array`         an array, with a tolerance
`assert_array_form`    the type, dtype and shape of an array, whatever its values
`assert_gradient`      a gradient, against finite differences
`assert_unchanged`     an array that must be left as it was
`assert_number`        one number, with a tolerance
`assert_numbers`       the numbers of several cases
`assert_is_number`     one number, whichever
`assert_equal`         plain values, and lists, tuples, sets and dicts of them
`assert_items`         what a generator gives, one item after the other
`assert_raises`        an exception, as a context manager
`errors_ignored`       none: any exception will do, as a context manager
`fail`                 none of these: a sentence of the check's own
=====================  ===========================================================

**Many small steps.** Reading an attribute, assigning one, and a call are one message each to the
student's process. Where a check takes many of them, `together` sends several in one, in which an
`Answer` stands for what an earlier one gave, and `each` does so where the check looks at one after
the other, as at the answers to several inputs. What a step hands over by name are its `Keywords`.

`Known` tells the diagnosis what else the check knows, so that it can say what a wrong array was
made of.

**Objects of the suite's.** A check may hand student code an object or a function of its own, which
stays on this side. Student code can call only what was marked with `export`, with arguments of the
kind and size that it declares, an `Array`, a `Number`, a `Text` or a
`List`; it gets plain data back. ::

    class Layer:
        @export(x=Array(axes=2))
        def forward(self, x):
            if x.shape[1] != self.w.shape[1]:
                raise ValueError(say("forward was not given an array as wide as the layer"))
            return x @ self.w.T

        @export(learning_rate=Number(), optimizer=Text())
        def update(self, learning_rate, optimizer): ...

Such a method refuses an argument with an exception whose text is from `say`; the student is told
it. Any other exception is a mistake of the suite's, and the grade is then an error instead of fewer
points. What it keeps is bounded by what a check may receive, 64 MB in all.

**Messages.** A literal that is handed to `fail`, or as `what`, is found for translation by
itself. A sentence with values in it is made by `say`, which fills in ``{name}``; `join` and
`and_also` put sentences together. What a submission chose goes into a sentence by `type_text` and
`shape_text` only, which name types that everybody knows, and shapes made of lengths that the check
knows.

Examples
--------
>>> from autograder.checks import assert_equal, fail, say
>>> assert_equal({"loss": [0.5, 0.25]}, {"loss": [0.5, 0.25]}, "history", keys=["loss"])
>>> fail(say("{method} should change w.", method="update"))
Traceback (most recent call last):
    ...
autograder.checks.CheckFailed: update should change w.
"""

from autograder.checks import figures
from autograder.checks.arrays import (
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_unchanged,
)
from autograder.checks.exports import Array, List, Number, Text, export
from autograder.checks.failure import CheckFailed, Known, fail, type_text
from autograder.checks.iteration import assert_items
from autograder.checks.raises import assert_raises, errors_ignored
from autograder.checks.scalars import assert_is_number, assert_number, assert_numbers
from autograder.checks.shapes import shape_text
from autograder.checks.steps import each, together
from autograder.checks.values import assert_equal
from autograder.jail.inside.steps import Answer, Keywords
from autograder.messages import and_also, join, say

__all__ = [
    "Answer",
    "Array",
    "CheckFailed",
    "Keywords",
    "Known",
    "List",
    "Number",
    "Text",
    "and_also",
    "assert_array",
    "assert_array_form",
    "assert_equal",
    "assert_gradient",
    "assert_is_number",
    "assert_items",
    "assert_number",
    "assert_numbers",
    "assert_raises",
    "assert_unchanged",
    "each",
    "errors_ignored",
    "export",
    "fail",
    "figures",
    "join",
    "say",
    "shape_text",
    "together",
    "type_text",
]
