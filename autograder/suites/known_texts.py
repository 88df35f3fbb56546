r"""The texts of Python's and NumPy's own exceptions that are passed on to students.

The text of an exception is the student's to write: ``raise ValueError(x)`` would carry a hidden
input out. So a text is passed on only if Python or NumPy could have written it, word for word.
Its names and numbers are shown if they stand in the student's own line, if the check has used them
itself, or if they are everybody's; otherwise "…" takes their place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from autograder.checks.shapes import Shape, is_known, known_lengths
from autograder.text import clean

#: Takes the place of a name or a number that is not shown.
LEFT_OUT = "…"
TEXT_LIMIT = 300
#: Numbers up to this one are shown wherever they stand.
SMALL = 4
#: Names that are shown wherever they stand.
WORDS = frozenset(
    "NoneType ndarray float int str list tuple dict bool function method object numpy float64 "
    "builtin_function_or_method module type generator set range complex array __init__".split()
)
_NAME = r"[A-Za-z_]\w{0,40}"
_TOKENS = {
    "FUNCTION": rf"{_NAME}(?:\.{_NAME})?",
    "TYPE": rf"(?:numpy\.)?{_NAME}",
    "NAME": _NAME,
    "SHAPE": r"\((?:\d{1,20}(?:, ?\d{1,20}){0,7},?)?\)",
    "NUMBER": r"-?\d{1,20}",
    "COUNT": r"\d{1,20}",
}
_TOKEN = re.compile("|".join(_TOKENS))
_CORE = r"signature \(n\?,k\),\(k,m\?\)->\(n\?,m\?\)"
_OPERATOR = r"(?:(?:[-+*/%@&|^]|//|<<|>>)=?|\*\* or pow\(\))"
#: Whole texts of CPython 3.11 to 3.14 and NumPy 2. The names of `_TOKENS` stand for such; what is
#: between « and » may stand there, and is left out.
PATTERNS = [
    "operands could not be broadcast together with shapes SHAPE SHAPE ?«(?:SHAPE ?)?»",
    "matmul: Input operand 1 has a mismatch in its core dimension 0«, with gufunc "
    rf"{_CORE}» \(size NUMBER is different from NUMBER\)",
    "matmul: Input operand [01] does not have enough dimensions«"
    rf" \(has NUMBER, gufunc core with {_CORE} requires NUMBER\)»",
    r"shapes SHAPE and SHAPE not aligned«: NUMBER \(dim NUMBER\) != NUMBER \(dim NUMBER\)»",
    "non-broadcastable output operand with shape SHAPE doesn't match the broadcast shape SHAPE",
    "could not broadcast input array from shape SHAPE into shape SHAPE",
    "cannot reshape array of size NUMBER into shape SHAPE",
    r"The truth value of an array with more than one element is ambiguous\. "
    r"Use a\.any\(\) or a\.all\(\)",
    "only (?:length-1|0-dimensional) arrays can be converted to Python scalars",
    r"setting an array element with a sequence\.",
    "axis COUNT is out of bounds for array of dimension COUNT",
    "axes don't match array",
    "index NUMBER is out of bounds for axis COUNT with size NUMBER",
    "too many indices for array: array is COUNT-dimensional, but COUNT were indexed",
    r"Cannot cast ufunc '(?:add|subtract|multiply|divide|matmul|power)' output from "
    r"dtype\('float64'\) to dtype\('(?:int64|int32|bool|float32)'\) with casting rule 'same_kind'",
    r"'TYPE' object has no attribute 'NAME'«(?:\. Did you mean: .{1,50})?»",
    r"type object 'TYPE' has no attribute 'NAME'«(?:\. Did you mean: .{1,50})?»",
    r"module '(?:numpy\.)?NAME' has no attribute 'NAME'«(?:\. Did you mean: .{1,50})?»",
    r"name 'NAME' is not defined«(?:\. Did you (?:mean|forget to import).{1,50})?»",
    "cannot access local variable 'NAME' where it is not associated with a value",
    "No module named '(?:numpy\\.)?NAME'",
    "cannot import name 'NAME' from '(?:numpy\\.)?NAME'«(?: \\(.{1,250}\\))?»",
    r"FUNCTION\(\) missing COUNT required (?:positional|keyword-only) arguments?«: .{1,250}»",
    r"FUNCTION\(\) takes (?:from COUNT to )?COUNT positional arguments? "
    "but COUNT (?:was|were) given",
    r"FUNCTION\(\) got an unexpected keyword argument 'NAME'«(?:\. Did you mean .{1,50})?»",
    r"FUNCTION\(\) got multiple values for argument 'NAME'",
    r"FUNCTION\(\) takes no arguments",
    rf"unsupported operand type\(s\) for {_OPERATOR}: 'TYPE' and 'TYPE'",
    "'TYPE' object is not (?:callable|iterable|subscriptable|reversible)",
    "'TYPE' object does not support item assignment",
    "'TYPE' object cannot be interpreted as an integer",
    "cannot unpack non-iterable TYPE object",
    r"too many values to unpack \(expected COUNT(?:, got COUNT)?\)",
    r"not enough values to unpack \(expected COUNT, got COUNT\)",
    r"object of type 'TYPE' has no len\(\)",
    "list index out of range",
    "list indices must be integers or slices, not TYPE",
    "can't multiply sequence by non-int of type 'TYPE'",
    "'(?:<|>|<=|>=)' not supported between instances of 'TYPE' and 'TYPE'",
    "maximum recursion depth exceeded(?: in comparison| while calling a Python object)?",
    "can't start new thread",
    "output array is read-only",
    "assignment destination is read-only",
    r"\[Errno 1\] Operation not permitted",
    "the answer is too large, too deep or of a kind that cannot be looked at",
    # Of the compiler
    "(?:invalid syntax|unexpected indent|unexpected EOF)",
    "invalid (?:decimal|hexadecimal|octal|binary|imaginary) literal",
    "multiple exception types must be parenthesized",
    "'(?:return|await)' outside function",
    "cannot assign to (?:function call|expression|literal|True|False|None|comparison)"
    "«(?: here)?»(?:\\. Maybe you meant '==' (?:or ':=' )?instead of '='\\?)?",
    r"f-string: (?:expecting '}'|unmatched '[(\[{]'|single '}' is not allowed|invalid syntax)",
    "f-string expression part cannot include (?:a backslash|'#')",
    r"invalid syntax\. Perhaps you forgot a comma\?",
    r"invalid syntax\. Maybe you meant '==' or ':=' instead of '='\?",
    "expected '[(:=]'",
    r"'[(\[{]' was never closed",
    r"unmatched '[)\]}]'",
    r"closing parenthesis '[)\]}]' does not match opening parenthesis '[(\[{]'"
    "«(?: on line NUMBER)?»",
    r"unterminated (?:triple-quoted )?(?:f-)?string literal« \(detected at line NUMBER\)»",
    "expected an indented block after (?:function|class) definition« on line NUMBER»",
    "expected an indented block after '(?:if|elif|else|for|while|with|try|except|finally|match|"
    "case)' statement« on line NUMBER»",
    "unindent does not match any outer indentation level",
    "inconsistent use of tabs and spaces in indentation",
    "source code (?:string )?cannot contain null bytes",
    r"\(unicode error\) 'utf-8' codec can't decode byte« 0x[0-9a-f]{2} in position NUMBER: "
    "invalid (?:start|continuation) byte»",
    "float division by zero",
    "division by zero",
]


@dataclass(frozen=True)
class Known:
    """What may be shown of a text.

    Attributes
    ----------
    names
        Those of the line that is named; they may stand in the text, beside `WORDS`.
    sent
        Those that the check has used; they may, too.
    shapes
        Shapes of the check's own arrays, of whose lengths its shapes and numbers may be.
    """

    names: Collection[str] = ()
    sent: Collection[str] = ()
    shapes: Collection[Shape] = ()

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers that may be shown."""
        return known_lengths(self.shapes) | frozenset(range(SMALL + 1))

    def shown(self, token: str, text: str) -> str:
        """Return what is shown of one name, shape or number of a text."""
        match token:
            case "SHAPE":
                shape = tuple(map(int, re.findall(r"\d+", text)))
                return text if is_known(shape, self.shapes) else f"({LEFT_OUT})"
            case "NUMBER":
                return text if text.isdecimal() and int(text) in self.numbers else LEFT_OUT
            case "COUNT":
                return text if int(text) <= SMALL else LEFT_OUT
            case _:
                owner, dot, name = text.rpartition(".")
                if owner not in ("", "numpy", *self.sent):
                    owner = LEFT_OUT
                named = name in WORDS or name in self.sent
                if token != "TYPE":  # which a line seldom names
                    named = named or name in self.names
                return f"{owner}{dot}{name if named else LEFT_OUT}"


@dataclass(frozen=True)
class _Pattern:
    """One of `PATTERNS`.

    Attributes
    ----------
    expression
        With a group for each of `tokens`.
    tokens
        Their names; empty for what is left out.
    """

    expression: re.Pattern[str]
    tokens: tuple[str, ...]


def _compiled(pattern: str) -> _Pattern:
    tokens: list[str] = []

    def group(match: re.Match[str]) -> str:
        tokens.append(match[0])
        return f"({_TOKENS[match[0]]})"

    made = []
    for part in re.split("(«[^»]*»)", pattern):
        if part.startswith("«"):
            tokens.append("")
            made.append(f"({_TOKEN.sub(lambda match: _TOKENS[match[0]], part[1:-1])})")
        else:
            made.append(_TOKEN.sub(group, part))
    return _Pattern(re.compile("".join(made)), tuple(tokens))


_COMPILED = [_compiled(pattern) for pattern in PATTERNS]


def safe_text(text: str, known: Known) -> str:
    """Return the text of an exception if Python or NumPy could have written it, else nothing.

    Parameters
    ----------
    text
        What the exception said.
    known
        What of it may be shown.

    Examples
    --------
    >>> known = Known(sent=["w"], shapes=[(7, 5), (3, 5)])
    >>> safe_text("'NoneType' object has no attribute 'w'", known)
    "'NoneType' object has no attribute 'w'"
    >>> safe_text("operands could not be broadcast together with shapes (7,3) (4711,) ", known)
    'operands could not be broadcast together with shapes (7,3) (…)'
    >>> safe_text("0.4711", known)
    ''
    """
    for pattern in _COMPILED if len(text) <= TEXT_LIMIT else ():
        if match := pattern.expression.fullmatch(text):
            shown = text
            for number, token in reversed(list(enumerate(pattern.tokens, 1))):
                if match[number] is not None:
                    start, end = match.span(number)
                    part = known.shown(token, match[number]) if token else ""
                    shown = shown[:start] + part + shown[end:]
            return clean(shown, TEXT_LIMIT)
    return ""
