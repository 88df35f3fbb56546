"""How many bits what is said of one failed check can carry at most, counted from the code.

A submission chooses, after it has seen a hidden input, how it fails. Whatever it chooses, the
record of the check is one of so many; the logarithm of their number is what it can carry out.
``python -m tests.autograder.leaks`` prints the table that stands in ``docs/protection.md``.
"""

import inspect
import math
import re
from re import _parser as parser

from autograder import records
from autograder.checks import failure, figures, scalars, shapes, values
from autograder.diagnosis import axes, known_arrays, patterns, relations, wrong_places
from autograder.suites import exception_text, import_texts, known_texts, sent, syntax_texts
from autograder.suites.errors import SIGNALS

#: The lab's files, and what a check of it compares and knows at most.
FILES, GIVEN, PLACES, CATALOGUE = 3, 14, 16, 400
#: Literal messages of the modules, each counted once.
SENTENCE = re.compile(r"say\(")


def sentences_of(code):
    """Count the messages in a function or a module."""
    return len(SENTENCE.findall(inspect.getsource(code)))


def sentences(*modules):
    """Count the messages that modules can make, apart from what is filled in."""
    return sum(map(sentences_of, modules))


# The text of an exception


def weights():
    """Count what can stand for each token of a known text."""
    types = len(known_texts.WORDS) + sent.NAMES_LIMIT + 1
    names = types + exception_text.LINE_NAMES
    lengths = shapes.LENGTHS_LIMIT + 1
    return {
        "FUNCTION": names * (3 + sent.NAMES_LIMIT),
        "TYPE": 2 * types,
        "NAME": names,
        "SHAPE": 1 + lengths + lengths**2 + 1,
        "NUMBER": shapes.LENGTHS_LIMIT + known_texts.SMALL + 2,
        "COUNT": known_texts.SMALL + 2,
    }


def variants(pattern):
    """Count the texts that a pattern lets through once names and numbers are looked at."""
    pattern = re.sub("«[^»]*»", "", pattern)
    counts = {chr(0xE000 + i): weight for i, weight in enumerate(weights().values())}
    tokens = dict(zip(weights(), counts, strict=True))
    return counted(parser.parse(known_texts._TOKEN.sub(lambda m: tokens[m[0]], pattern)), counts)


def counted(parts, counts):
    """Count the strings that a parsed expression matches; a marker counts as its weight."""
    total = 1
    for kind, value in parts:
        match str(kind):
            case "LITERAL":
                total *= counts.get(chr(value), 1)
            case "IN":
                total *= len(value)
                assert all(str(each) == "LITERAL" for each, _ in value)
            case "BRANCH":
                total *= sum(counted(branch, counts) for branch in value[1])
            case "SUBPATTERN":
                total *= counted(value[3], counts)
            case "MAX_REPEAT":
                low, high, inner = value
                assert high <= 8
                total *= sum(counted(inner, counts) ** n for n in range(low, high + 1))
            case other:
                raise AssertionError(f"{other} is not counted")
    return total


def texts():
    """Count the texts of exceptions; one more is none at all."""
    # Of the others some are about a name, and those about a line say what stands there.
    names = len(import_texts.GONE) + len(import_texts.METHODS_GONE)
    others = names + sentences(import_texts, syntax_texts)
    return 1 + sum(map(variants, known_texts.PATTERNS)) + others + PLACES  # of the suite's own


def lines():
    """Count the places: every line that is named, the end of each file, and none."""
    return FILES * (exception_text.LINES_NAMED + 1) + 1


# A comparison


def shape_texts():
    """Count what can be said of a wrong shape."""
    lengths = shapes.LENGTHS_LIMIT + 1
    free = sum(lengths**axes for axes in range(shapes.AXES_FREE + 1))
    orders = shapes.LENGTHS_LIMIT * sum(
        math.factorial(axes) for axes in range(shapes.AXES_FREE + 1, shapes.AXES_ORDERED + 1)
    )
    return free + orders + shapes.AXES_NAMED + 1


def forms():
    """Count what can be said of a wrong type, dtype or shape, or of numbers that are none."""
    types = len(failure.TYPES) + len(failure._ARRAYS) + 2
    return types + len(failure.TYPES) + shape_texts() * hints_of_shapes() + amounts()


def amounts():
    """Count how it is said how many entries are wrong."""
    return max(sentences_of(failure.amount), sentences_of(scalars._cases))


def powers_of_ten():
    """Count the relative errors from 1 down to the smallest tolerance."""
    return 10


def pictures():
    """Count the pictures of wrong entries: a run in rows, columns or one line, or a diagonal."""
    runs = figures.LARGEST * (figures.LARGEST + 1) // 2
    return 1 + 2 * (3 * runs + 2)


def hints_of_shapes():
    """Count the hints to an array of a wrong shape."""
    return 1 + GIVEN + sentences(relations) + of_axes()


def of_axes():
    """Count what is said of more than two axes: of an order, of an axis, of an index along one."""
    of_order = math.factorial(axes.ORDERED)
    of_places = sentences_of(axes.wrong_slices) * axes.NAMED**2
    return of_order + sentences(axes) * axes.NAMED + of_places


def one_relation():
    """Count the relations of one array to another."""
    factors = 4 * (len(relations.FACTORS) + shapes.LENGTHS_LIMIT)
    pairs = math.comb(GIVEN, 2)
    kinds = sentences(known_arrays)
    coefficients = 5**known_arrays.MOST_TERMS
    products = 3 * (9 * GIVEN + pairs)
    return (
        sentences(relations, patterns)
        + factors
        + coefficients
        + products
        + kinds * GIVEN
        + 2 * pairs
    )


def hints():
    """Count the hints to wrong numbers: relations, of both factors of a product, and places."""
    of_products = one_relation() ** 2 + 2 * (one_relation() + 1)
    of_places = 5 * (sentences(wrong_places) * (GIVEN + 1) + of_axes())
    of_values = 2 * (one_relation() + of_axes())  # of what came out, or of the step to it
    return of_values + of_products + of_places + CATALOGUE


def comparisons():
    """Count what can be said of an answer."""
    wrong_numbers = max(amounts(), powers_of_ten()) * hints() * pictures()
    return (PLACES + values.INDEX_LIMIT) * (forms() + wrong_numbers) * 2


def bits():
    """Return the bits of each channel, by name, and of all that is said of a failed check."""
    exceptions = lines() * (len(exception_text.EXCEPTIONS) + 1) * texts()
    # And what is wrong with an answer that is none, or where an import was when its time was up.
    ends = len(SIGNALS) + 3 + PLACES + lines()
    outcomes = len((records.PASSED, records.FAILED, records.TIMEOUT, records.CRASHED)) + 1
    times = 11  # powers of two from 1/8 to 128
    counts = {
        "the outcome": outcomes,
        "the line of the student's own that is named": lines(),
        "the class of an exception": len(exception_text.EXCEPTIONS) + 1,
        "the text of an exception": texts(),
        "how the process ended": ends,
        "which comparison of the check failed, and at which element": PLACES + values.INDEX_LIMIT,
        "a shape": shape_texts(),
        "how many entries are wrong, or the size of an error": max(amounts(), powers_of_ten()),
        "the picture of a comparison": pictures(),
        "the hint": hints(),
        "the time": times,
    }
    table = {name: math.log2(count) for name, count in counts.items()}
    table["an exception: line, class and text"] = math.log2(exceptions)
    table["a wrong answer: comparison, size, picture and hint"] = math.log2(comparisons())
    return table, math.log2((exceptions + comparisons() + ends + outcomes) * times)


if __name__ == "__main__":
    found, all_of_them = bits()
    for channel, value in found.items():
        print(f"| {channel} | {value:.1f} |")
    print(f"all together: at most {math.ceil(all_of_them)} bits")
