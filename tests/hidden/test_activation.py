"""Hidden checks of Activation: 20 points.

Each function has its own checks, so that one wrong function costs its own points only. What is
common to the three is checked with ReLU, the simplest: also how precise forward and backward are.
"""

import itertools

import numpy as np
import pytest

from autograder.checks import (
    Answer,
    Keywords,
    Known,
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_raises,
    assert_unchanged,
    each,
    fail,
    say,
    together,
)
from tests.hidden.helpers import (
    FUNCTIONS,
    RELU,
    SIGMOID,
    SOFTPLUS,
    draw,
    no_warnings,
)
from tests.hidden.own import assert_computed, widened
from tests.public.gradient_check import numeric_gradient

FAR = np.array([6.0, -6.0, 8.0, -8.0])
SHAPES = [(9,), (6, 4), (2, 3, 4), (1, 1)]
# How far off what has its precision checked elsewhere may be.
ABOUT = 1e-3
EXTREMES = np.append(np.linspace(-1000.0, 1000.0, 41), -0.0).reshape(-1, 1)


def known_near(x):
    """Return what may be taken for a function or a derivative at x, by name."""
    given = {"x": x} | {f"{name}(x)": function(x) for name, function in FUNCTIONS.items()}
    with np.errstate(over="ignore"):
        given |= {"tanh(x)": np.tanh(x), "exp(x)": np.exp(x), "exp(-x)": np.exp(-x)}
    return Known(given=given)


def assert_function(student, rng, name):
    """Check a function on arrays of several shapes, and that calling it again changes nothing."""
    inputs = [3.0 * draw(rng, *shape) for shape in SHAPES]
    for x in inputs:
        if x.size >= len(FAR):  # so that no draw leaves out where a function nearly is a line
            x.flat[: len(FAR)] = FAR * rng.uniform(0.95, 1.05, len(FAR))
    for x, actual in called_twice(student, name, name, inputs):
        assert_array(actual, FUNCTIONS[name](x), f"{name}(x)", known=known_near(x))


def called_twice(student, name, method, inputs):
    """Yield each of some inputs, twice, with what a method of a new Activation makes of it."""
    twice = [x for x in inputs for _ in range(2)]
    function = getattr(Answer(0), method)
    answers = each((student.Activation, name), *((function, x.copy()) for x in twice))
    next(answers)
    yield from zip(twice, answers, strict=True)


def slope(name, x):
    """Take the derivative of a function, elementwise, by finite differences."""
    return numeric_gradient(lambda x: FUNCTIONS[name](x).sum(), x)


def assert_derivative(student, rng, name):
    """Check a derivative against finite differences of the grader's own function."""
    inputs, method = [2.0 * draw(rng, *shape) for shape in SHAPES], f"derivative_{name}"
    for x, actual in called_twice(student, name, method, inputs):
        assert_gradient(actual, slope(name, x), f"{method}(x)", known=known_near(x))


def assert_layer(student, rng, name, tol=ABOUT, form=widened):
    """Check forward, and backward with an upstream gradient that is random, then zero.

    `form` is what is done with an answer before it is compared, and `tol` how far off it may be.
    """
    # Large enough for clipping it to show.
    x, grad = draw(rng, 7, 4), 3.0 * draw(rng, 7, 4)
    zeros, layer = np.zeros_like(grad), Answer(0)
    answers = each(
        (student.Activation, name),
        (layer.forward, x.copy()),
        *((layer.backward, one.copy()) for one in (grad, grad, zeros)),
    )
    next(answers)
    actual, output = form(next(answers)), FUNCTIONS[name](x)
    assert_array(actual, output, "what forward returns", tol=max(tol, 1e-9), known=known_near(x))
    numeric = numeric_gradient(lambda x: (grad * FUNCTIONS[name](x)).sum(), x)
    own = {f"derivative_{name}(x)": slope(name, x), f"{name}(x)": output}
    known = Known(given={"grad": grad, "x": x, **own})
    tol = max(tol, 1e-6)
    for what in say("what backward returns"), say("what backward returns when called again"):
        assert_gradient(form(next(answers)), numeric, what, tol=tol, known=known)
    what = say("what backward returns for a gradient of 0")
    assert_array(form(next(answers)), zeros, what)


def far_out(student, name, method):
    """Return what a method of a new Activation makes of inputs of up to 1000."""
    return together((student.Activation, name), (getattr(Answer(0), method), EXTREMES.copy()))[1]


@pytest.mark.check(points=1)
def test_sigmoid(student, rng):
    """sigmoid(x) is the sigmoid, elementwise, for any shape"""
    assert_function(student, rng, SIGMOID)


@pytest.mark.check(points=1)
def test_relu(student, rng):
    """relu(x) is the rectified linear unit, elementwise, for any shape"""
    assert_function(student, rng, RELU)
    with no_warnings("relu(x), for |x| up to 1000,"):
        actual = far_out(student, RELU, RELU)
    known = Known(given={"x": EXTREMES})
    assert_array(actual, FUNCTIONS[RELU](EXTREMES), "relu(x) for |x| up to 1000", known=known)


@pytest.mark.check(points=1)
def test_softplus(student, rng):
    """softplus(x) is the softplus, elementwise, for any shape"""
    assert_function(student, rng, SOFTPLUS)


@pytest.mark.check(points=2)
def test_derivative_sigmoid(student, rng):
    """derivative_sigmoid(x) is the slope of the sigmoid at the pre-activation x"""
    assert_derivative(student, rng, SIGMOID)


@pytest.mark.check(points=1)
def test_derivative_relu(student, rng):
    """derivative_relu(x) is the slope of ReLU; at 0 anything from 0 to 1 is right"""
    assert_derivative(student, rng, RELU)
    with no_warnings("derivative_relu(x), for |x| up to 1000,"):
        actual = far_out(student, RELU, "derivative_relu")
    assert_array_form(actual, EXTREMES.shape, "derivative_relu(x) for |x| up to 1000")
    kink = EXTREMES == 0.0
    if ((actual[kink] < 0.0) | (actual[kink] > 1.0)).any():
        fail("derivative_relu(0) should be between 0 and 1.")
    slope = (EXTREMES > 0.0).astype(np.float64)
    assert_array(actual[~kink], slope[~kink], "derivative_relu(x), leaving out x = 0,")


@pytest.mark.check(points=2)
def test_derivative_softplus(student, rng):
    """derivative_softplus(x) is the slope of the softplus at the pre-activation x"""
    assert_derivative(student, rng, SOFTPLUS)


@pytest.mark.check(points=1)
def test_sigmoid_is_stable(student):
    """the sigmoid is right for |x| up to 1000; it and its slope are finite and silent there"""
    assert_stable(student, SIGMOID)


@pytest.mark.check(points=1)
def test_softplus_is_stable(student):
    """the softplus is right for |x| up to 1000; it and its slope are finite and silent there"""
    assert_stable(student, SOFTPLUS)


def assert_stable(student, name):
    """Check a function far out, and that its derivative is finite and causes no warning there.

    Which numbers the derivative has, and how precise those of the function are, is checked nearer
    to 0.
    """
    with no_warnings(say("{name}(x), for |x| up to 1000,", name=name)):
        actual = widened(far_out(student, name, name))
    what = say("{name}(x) for |x| up to 1000", name=name)
    known = Known(given={"x": EXTREMES})
    right, low = FUNCTIONS[name](EXTREMES), EXTREMES < 0.0
    assert_array(actual, right, what, tol=1e-6, known=known)
    what = say("{name}(x) from -1000 to 0", name=name)
    assert_array(actual[low], right[low], what)  # which is as good as 0
    with no_warnings(say("derivative_{name}(x), for |x| up to 1000,", name=name)):
        actual = widened(far_out(student, name, f"derivative_{name}"))
    what = say("derivative_{name}(x) for |x| up to 1000", name=name)
    assert_array_form(actual, EXTREMES.shape, what)


@pytest.mark.check(points=2)
def test_sigmoid_layer(student, rng):
    """built with 'sigmoid': forward is right, backward matches finite differences"""
    assert_layer(student, rng, SIGMOID)


@pytest.mark.check(points=1)
def test_relu_layer(student, rng):
    """built with 'relu': forward is right, backward matches finite differences, both precisely"""
    assert_layer(student, rng, RELU, tol=0.0, form=lambda answer: answer)


@pytest.mark.check(points=2)
def test_softplus_layer(student, rng):
    """built with 'softplus': forward is right, backward matches finite differences"""
    assert_layer(student, rng, SOFTPLUS)


@pytest.mark.check(points=1)
def test_forward_records(student, rng):
    """forward records pre_input and pre_output"""
    layer, batches = Answer(0), [(draw(rng, n, 3), draw(rng, n, 3)) for n in (4, 7)]
    records = [(getattr, layer, name) for name in ("pre_input", "pre_output")]
    steps = [
        ((layer.forward, x.copy()), *records, (layer.backward, grad), *records)
        for x, grad in batches
    ]
    answers = each((student.Activation, RELU), *itertools.chain(*steps))
    next(answers)
    for x, _ in batches:
        returned = next(answers)
        assert_array_form(returned, x.shape, "what forward returns")
        known = Known(given={"x": x, "forward(x)": returned})
        assert_array(next(answers), x, "pre_input after forward", known=known)
        assert_array(next(answers), returned, "pre_output after forward", known=known)
        next(answers)
        assert_array(next(answers), x, "pre_input after forward and backward")
        assert_array(next(answers), returned, "pre_output after forward and backward")


@pytest.mark.check(points=1)
def test_tables_of_methods(student, rng):
    """forward_func and backward_func hold the right method for each of the three names"""
    x = draw(rng, 5, 4)
    layer, tables = Answer(0), {"forward_func": "", "backward_func": "derivative_"}
    steps = [
        (
            (getattr, layer, table),
            *((getattr(layer, prefix + name), x.copy()) for name in FUNCTIONS),
        )
        for table, prefix in tables.items()
    ]
    answers = each((student.Activation, RELU), *itertools.chain(*steps))
    next(answers)
    right_methods = 0
    # What another name's method gives.
    given = {"x": x} | {f"{name}(x)": function(x) for name, function in FUNCTIONS.items()}
    given |= {f"derivative_{name}(x)": slope(name, x) for name in FUNCTIONS}
    for table, prefix in tables.items():
        methods = next(answers)
        if not isinstance(methods, dict) or not set(FUNCTIONS) <= set(methods):
            keys = ", ".join(FUNCTIONS)
            fail(say("{table} should be a dict with the keys {keys}.", table=table, keys=keys))
        if not all(callable(methods[name]) for name in FUNCTIONS):
            fail(say("{table} should hold methods.", table=table))
        by_table = each(*((methods[name], x.copy()) for name in FUNCTIONS))
        for name, function in FUNCTIONS.items():
            right = slope(name, x) if prefix else function(x)
            # A method that is wrong has cost its points already; here it only doesn't count.
            if not agrees(next(answers), right):
                by_table.skip()
            else:
                actual = next(by_table)
                others = {n: v for n, v in given.items() if n != f"{prefix}{name}(x)"}
                what = f"{table}['{name}'](x)"
                assert_array(actual, right, what, tol=1e-6, known=Known(given=others))
                right_methods += 1
    if not right_methods:
        fail("None of the functions and derivatives is right yet.")


def agrees(actual, right):
    """Return whether an answer has the right shape and values."""
    is_array = type(actual) is np.ndarray and actual.shape == right.shape
    return is_array and actual.dtype == np.float64 and np.allclose(actual, right, atol=1e-6)


@pytest.mark.check(points=1)
def test_unknown_name(student):
    """func_name is the name given; an unknown one raises ValueError naming the three"""
    unknown = (
        (say("an unknown name"), "tanh"),
        (say("a name in upper and lower case"), "Sigmoid"),
        (say("a name with a blank"), " relu"),
        (say("an empty name"), ""),
    )
    layers = [(student.Activation, name) for name in FUNCTIONS]
    names = [(getattr, Answer(i), "func_name") for i in range(len(layers))]
    built = each(*layers, *names, *((student.Activation, name) for _, name in unknown))
    for _ in layers:
        next(built)
    for name in FUNCTIONS:
        if next(built) != name:
            fail("func_name should be the name that the Activation was built with.")
    for kind, _ in unknown:
        what = say("Activation(func_name) with {kind}", kind=kind)
        with assert_raises(ValueError, what) as caught:
            next(built)
        if not all(known in str(caught.value) for known in FUNCTIONS):
            fail("The ValueError for an unknown func_name should name the three known ones.")


@pytest.mark.check(points=1)
def test_backward_belongs_to_last_forward(student, rng):
    """backward belongs to the last forward, for any number of samples, called twice alike"""
    layer, other = Answer(0), Answer(1)
    # None of these is a forward of this layer.
    besides = (
        (None, say("what backward returns after a second forward")),
        (None, say("what backward returns when called again")),
        (other.forward, say("what backward returns after another layer's forward")),
        (layer.relu, say("what backward returns after relu was called by itself")),
        (
            layer.derivative_relu,
            say("what backward returns after derivative_relu was called by itself"),
        ),
    )
    batches = [(draw(rng, n + 1, 4), draw(rng, n, 4), draw(rng, n, 4)) for n in (4, 7, 1)]
    steps = [(student.Activation, RELU), (student.Activation, RELU)]
    for before, x, grad in batches:
        steps += [(layer.forward, before), (layer.forward, x.copy())]
        steps += own_backward(student, x, grad, len(steps))
        for call, _ in besides:
            steps += [(call, draw(rng, *x.shape))] if call else []
            steps.append((layer.backward, grad.copy()))
    answers = each(*steps)
    next(answers), next(answers)
    for _, x, grad in batches:
        next(answers), next(answers)
        known, right = Known(given={"x": x, "grad": grad}), computed(answers, grad)
        for call, what in besides:
            if call:
                next(answers)
            assert_array(widened(next(answers)), right, what, known=known)


def own_backward(student, x, grad, number):
    """Return the steps, of which the first has this number, of a layer that sees this batch only.

    Whether what it gives is right has checks of its own.
    """
    made = Answer(number)
    return (student.Activation, RELU), (made.forward, x.copy()), (made.backward, grad.copy())


def computed(answers, grad):
    """Return what the backward of these steps gave."""
    next(answers), next(answers)
    answer = widened(next(answers))
    assert_computed(answer, grad, "what backward returns")
    return answer


@pytest.mark.check(points=1)
def test_arguments_are_left_alone(student, rng):
    """no method changes the array it is given, and update changes nothing"""
    x, grad = draw(rng, 6, 4), draw(rng, 6, 4)
    methods = [prefix + name for name in FUNCTIONS for prefix in ("", "derivative_")]
    # One array for each: those that were changed are seen once all were called.
    given, given_x, given_grad = {method: x.copy() for method in methods}, x.copy(), grad.copy()
    called = each(
        (student.Activation, RELU),
        *((getattr(Answer(0), method), array) for method, array in given.items()),
        (Answer(0).forward, given_x),
    )
    layer = next(called)
    for method, array in given.items():
        next(called)
        assert_unchanged(array, x, say("the array given to {method}", method=method))
    next(called)
    assert_unchanged(given_x, x, "the array given to forward")
    answers = each(
        (layer.update, 0.5),
        (layer.update, 0.5, "sgd"),
        (layer.update, Keywords(learning_rate=0.5, optimizer="sgdm")),
        (layer.backward, given_grad),
        *own_backward(student, x, grad, 4),
    )
    next(answers), next(answers), next(answers)
    actual = widened(next(answers))
    assert_unchanged(given_grad, grad, "the array given to backward")
    right, what = computed(answers, grad), say("what backward returns after update")
    assert_array(actual, right, what)
