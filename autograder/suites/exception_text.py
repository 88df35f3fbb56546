"""Says to a student what went wrong, and nothing else.

The text of an exception is the student's to write: ``raise ValueError(x)`` would carry a hidden
input out. So a text is shown only if Python or NumPy could have written it, word for word, with
nothing in it but names that stand in the student's file and small numbers, as in shapes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.messages import Message, message_of, say
from autograder.suites.errors import ALLOWED_ERRORS, FileProblem, StudentError
from autograder.text import clean

_NAME = r"('?[A-Za-z_]\w{0,40}(?:\.[A-Za-z_]\w{0,40}){0,3}'?)"
_NAMES = r"((?:'[A-Za-z_]\w{0,40}'(?:, and |, | and )?){1,6})"
_NUMBER = r"-?\d{1,3}"
_SHAPE = rf"\((?:{_NUMBER}(?:, ?{_NUMBER}){{0,1}},?)?\)"
_CORE = r"signature \(n\?,k\),\(k,m\?\)->\(n\?,m\?\)"
#: Texts of CPython 3.11 to 3.14 and NumPy 2, whole; NAME, NAMES, NUMBER and SHAPE stand for such.
_PATTERNS = [
    "operands could not be broadcast together with shapes (?:SHAPE ?){1,3}",
    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
    rf"{_CORE} \(size NUMBER is different from NUMBER\)",
    "matmul: Input operand NUMBER does not have enough dimensions "
    rf"\(has NUMBER, gufunc core with {_CORE} requires NUMBER\)",
    r"shapes SHAPE and SHAPE not aligned: NUMBER \(dim NUMBER\) != NUMBER \(dim NUMBER\)",
    "non-broadcastable output operand with shape SHAPE doesn't match the broadcast shape SHAPE",
    "could not broadcast input array from shape SHAPE into shape SHAPE",
    "cannot reshape array of size NUMBER into shape SHAPE",
    r"The truth value of an array with more than one element is ambiguous\. "
    r"Use a\.any\(\) or a\.all\(\)",
    "only (?:length-1|0-dimensional) arrays can be converted to Python scalars",
    r"setting an array element with a sequence\.",
    "axis NUMBER is out of bounds for array of dimension NUMBER",
    "axes don't match array",
    "index NUMBER is out of bounds for axis NUMBER with size NUMBER",
    "too many indices for array: array is NUMBER-dimensional, but NUMBER were indexed",
    r"Cannot cast ufunc NAME output from dtype\(NAME\) to dtype\(NAME\) with casting rule NAME",
    r"(?:type object )?NAME(?: object)? has no attribute NAME(?:\. Did you mean: NAME\?)?",
    r"module NAME has no attribute NAME(?:\. Did you mean: NAME\?)?",
    r"name NAME is not defined(?:\. Did you mean: NAME\?)?",
    "cannot access local variable NAME where it is not associated with a value",
    "No module named NAME",
    r"NAME\(\) missing NUMBER required (?:positional|keyword-only) arguments?: NAMES",
    r"NAME\(\) takes (?:from NUMBER to )?NUMBER positional arguments? "
    "but NUMBER (?:was|were) given",
    r"NAME\(\) got an unexpected keyword argument NAME",
    r"NAME\(\) got multiple values for argument NAME",
    r"NAME\(\) takes no arguments",
    r"unsupported operand type\(s\) for [-+*/@%&|^<>=]{1,3}(?: or pow\(\))?: NAME and NAME",
    "NAME object is not (?:callable|iterable|subscriptable|reversible)",
    "NAME object does not support item assignment",
    "NAME object cannot be interpreted as an integer",
    "cannot unpack non-iterable NAME object",
    r"(?:too many|not enough) values to unpack \(expected NUMBER(?:, got NUMBER)?\)",
    r"object of type NAME has no len\(\)",
    "list index out of range",
    "list indices must be integers or slices, not NAME",
    "can't multiply sequence by non-int of type NAME",
    "'[-+<>=!]{1,2}' not supported between instances of NAME and NAME",
    "maximum recursion depth exceeded(?: in comparison| while calling a Python object)?",
    "can't start new thread",
    "output array is read-only",
    "assignment destination is read-only",
    r"\[Errno 1\] Operation not permitted",
    "the answer is too large, too deep or of a kind that cannot be looked at",
    # Of the compiler
    "(?:invalid syntax|unexpected indent|invalid character in identifier|unexpected EOF)",
    r"invalid syntax\. Perhaps you forgot a comma\?",
    r"invalid syntax\. Maybe you meant '==' or ':=' instead of '='\?",
    r"expected '[():=]{1,2}'",
    r"'[(\[{]' was never closed",
    r"unmatched '[)\]}]'",
    r"closing parenthesis '[)\]}]' does not match opening parenthesis '[(\[{]'"
    "(?: on line NUMBER)?",
    r"unterminated (?:triple-quoted )?(?:f-)?string literal \(detected at line NUMBER\)",
    r"expected an indented block after (?:function|class) definition on line NUMBER",
    r"expected an indented block after '(?:if|elif|else|for|while|with|try|except|finally|match|"
    "case)' statement on line NUMBER",
    "unindent does not match any outer indentation level",
    "inconsistent use of tabs and spaces in indentation",
    "source code (?:string )?cannot contain null bytes",
    r"\(unicode error\) 'utf-8' codec can't decode byte 0x[0-9a-f]{2} in position NUMBER: "
    "invalid (?:start|continuation) byte",
    "float division by zero",
    "division by zero",
]
_KNOWN = [
    re.compile(
        text.replace("NAMES", _NAMES)
        .replace("NAME", _NAME)
        .replace("SHAPE", _SHAPE)
        .replace("NUMBER", _NUMBER)
    )
    for text in _PATTERNS
]
#: Words of Python and NumPy that a text may name though the student's file does not.
_WORDS = frozenset(
    "NoneType ndarray float int str list tuple dict bool function method object numpy float64 "
    "builtin_function_or_method module type generator set range complex and self array".split()
)


def explain(error: StudentError, files: Mapping[str, bytes]) -> Message:
    """Explain to a student an exception of their code.

    Parameters
    ----------
    error
        The exception.
    files
        The student's files, by name.

    Returns
    -------
    Message
        Type, place, the student's own line, and the text where it is safe to show.
    """
    if isinstance(error, FileProblem):  # said by intake, not by student code
        return say("{problem}.", problem=message_of(error))
    # An error at the call itself comes from no file; its names are those of all.
    source = files.get(error.file, b"\n".join(files.values()))
    name = error.type_name.encode("utf-8", "replace")
    # An exception's class, too, can be named after a hidden input.
    own = any(re.search(rb"\b%b\b" % re.escape(name), text) for text in files.values())
    kind = error.type_name if own or error.type_name in ALLOWED_ERRORS else say("an exception")
    text: str = error.text if error.ours else safe_text(error.text, source)
    if error.type_name == "NotImplementedError":
        text = say("it is not written yet")
    elif error.type_name in ("SyntaxError", "IndentationError", "TabError"):
        codec = "codec" in text
        text = (
            say("Python cannot read the file, {text}", text=text)
            if text
            else say("Python cannot read the file")
        )
        if codec:
            text = say("{text}; save it as UTF-8", text=text)
    elif error.type_name == "ModuleNotFoundError":
        text = text and say(
            "{text}; only NumPy and the standard library may be imported", text=text
        )
    lines = files.get(error.file, b"").splitlines()
    if 0 < error.line <= len(lines):
        line = clean(lines[error.line - 1].decode("utf-8", "replace"), 120)
        place = {"kind": kind, "file": error.file, "line": error.line, "code": line}
        if text:
            return say(
                "Your code raised {kind} at {file}, line {line} ({code}): {text}.",
                **place,
                text=text,
            )
        return say("Your code raised {kind} at {file}, line {line} ({code}).", **place)
    if text:
        return say("Your code raised {kind}: {text}.", kind=kind, text=text)
    return say("Your code raised {kind}.", kind=kind)


def safe_text(text: str, source: bytes) -> str:
    """Return the text of an exception if Python or NumPy could have written it, else nothing.

    Parameters
    ----------
    text
        What the exception said.
    source
        The file it came from; names in the text must stand there.
    """
    matches = (pattern.fullmatch(text) for pattern in _KNOWN if len(text) <= 300)
    match = next((match for match in matches if match), None)
    if match is None:
        return ""
    known = set(re.findall(r"[A-Za-z_]\w*", source.decode("utf-8", "replace"))) | _WORDS
    named = {name for group in match.groups("") for name in re.findall(r"[A-Za-z_]\w*", group)}
    return clean(text, 300) if named - {"and"} <= known else ""
