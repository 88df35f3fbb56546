"""Formulas in LaTeX's notation, as MathML for a page and as Typst's notation for print.

latex2mathml reads them. What it gives is translated to Typst, so that one reader decides what a
formula means, and a formula that can't be printed is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from latex2mathml.converter import convert

from autograder.errors import UserError

_SPACE = r"\qquad"
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
#: A minus that follows another operator is a sign, and stands close to its number.
_SIGN = re.compile(r"(?<=</mo>)(?<!&#x00029;</mo>)<mo>(?=&#x02212;)")
#: A slash stands close to both of its neighbors.
_SLASH, _CLOSE = "<mo>&#x0002F;</mo>", '<mo lspace="0" rspace="0">&#x0002F;</mo>'
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class FormulaError(UserError):
    """A formula can't be set; the text says which and why."""


def parts(latex: str) -> list[str]:
    r"""Split a displayed formula at ``\qquad``, so that a narrow page may break it there."""
    return [part.strip() for part in latex.split(_SPACE)]


def mathml(latex: str, *, display: bool = False) -> str:
    """Return a formula as MathML.

    Raises
    ------
    FormulaError
        If it can't be read.
    """
    try:
        made = convert(latex, display="block" if display else "inline")
    except Exception as error:  # a class for each mistake, and no common one
        raise FormulaError(f"the formula {latex} can't be read: {type(error).__name__}") from error
    if unknown := re.search(r">(\\\w+)<", made):
        raise FormulaError(f"the formula {latex} can't be read: there is no {unknown[1]}")
    return _SIGN.sub('<mo form="prefix">', made).replace(_SLASH, _CLOSE)


def typst(latex: str) -> str:
    """Return a formula in the notation of Typst, to stand between dollar signs.

    Raises
    ------
    FormulaError
        If it can't be read, or Typst has no notation for it here.
    """
    try:
        return _row(ET.fromstring(mathml(latex)))
    except NotImplementedError as error:
        raise FormulaError(f"the formula {latex} has {error}, which can't be printed") from error


def _row(element: ET.Element) -> str:
    return " ".join(_pieces(list(element)))


def _pieces(children: list[ET.Element]) -> Iterator[str]:
    """Translate neighbors; some of them belong together."""
    while children:
        child, *children = children
        if child.get("mathvariant") == "normal":  # \mathrm comes as one element for each letter
            word = [child.text or ""]
            while children and children[0].get("mathvariant") == "normal":
                word.append(children.pop(0).text or "")
            yield f'op("{"".join(word)}")'
        elif len(children) > 1 and _tag(children[0]) == "mtable" and _tag(child) == "mo":
            table, closing, *children = children
            if _BRACKETS.get(child.text or "") != closing.text:
                raise NotImplementedError("a matrix without a pair of brackets")
            rows = [", ".join(map(_row, row)) for row in table]
            yield f'mat(delim: "{child.text}", {"; ".join(rows)})'
        else:
            yield _piece(child)


def _piece(element: ET.Element) -> str:
    children, text = list(element), element.text or ""
    match _tag(element):
        case "math" | "mrow" | "mstyle":
            inside = _row(element)
            return f"lr({inside})" if children and children[0].get("fence") else inside
        case "mo" if text == "\N{DOUBLE VERTICAL LINE}":  # of a norm; alone it is a relation
            return f'class("normal", {text})'
        case "mi" | "mo" if len(text) > 1:
            return f'op("{text}")'
        case "mi" | "mo" | "mn":
            return re.sub(r"([^\w\s.])", r"\\\1", text) if text.isascii() else text
        case "mtext":
            return _quoted(text)
        case "mspace":
            return f"#h({element.get('width')})"
        case "mfrac":
            return f"frac({_piece(children[0])}, {_piece(children[1])})"
        case "msup" if children[1].text == "\N{PRIME}":
            return _piece(children[0]) + "'"
        case "msub" | "msup" | "msubsup":
            places = {"msub": "b", "msup": "t", "msubsup": "bt"}[_tag(element)]
            base, *scripts = map(_piece, children)
            named = (f"{place}: {script}" for place, script in zip(places, scripts, strict=True))
            return f"attach({base}, {', '.join(named)})"
        case "mover" if children[1].text == "^":
            return f"hat({_piece(children[0])})"
    raise NotImplementedError(f"<{_tag(element)}>")


def _tag(element: ET.Element) -> str:
    return element.tag.removeprefix(_NAMESPACE)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
