"""A document as a PDF, set by Typst (https://typst.app), which is one package and needs no LaTeX.

The text becomes calls of Typst's functions with every string quoted, so that no character in it
means anything. The fonts are Typst's own and, for Chinese, Noto's from a package; those of the
machine are not looked at, so that the file is the same everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pylopdf_fonts_zh_tw as chinese_fonts
import typst

from autograder.release.documents.document import WHOLE, Document, DocumentError, slug
from autograder.release.documents.formulas import parts
from autograder.release.documents.formulas import typst as formula

_STYLE = Path(__file__).with_name("pdf.typ")
#: A column with wider cells is broken into lines.
_NARROW = 18
#: A table of no more rows stays on one page.
_FEW_ROWS = 25
_LED_TO = ("block_math", "block_code", "table", "list")

Token = dict[str, Any]


def pdf(document: Document) -> bytes:
    """Return the file, tagged for screen readers.

    Raises
    ------
    DocumentError
        If it can't be set.
    FormulaError
        If a formula can't be set.
    """
    body = "\n".join(_blocks(document))
    source = (
        f"#let title = {_string(document.title)}\n#let language = {_string(document.language)}\n"
        f"{_STYLE.read_text(encoding='utf-8')}\n{body}"
    )
    try:
        made, warnings = typst.compile_with_warnings(
            source.encode(),
            font_paths=_fonts(),
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError as error:
        raise DocumentError(f"{document.path.name} can't be made a PDF: {error}") from error
    if warnings:  # something was left out, or a character is in none of the fonts
        raise DocumentError(f"{document.path.name} is not printed whole: {warnings[0]}")
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    folder = chinese_fonts.sans_path().parent
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def _blocks(document: Document) -> Iterator[str]:
    tokens = [token for token in document.tokens if token["type"] != "blank_line"]
    nothing = {"type": ""}
    neighbors = zip([nothing, *tokens], tokens, [*tokens[1:], nothing], strict=False)
    for before, token, after in neighbors:
        block = _block(token, document)
        # What leads to something stays on its page; Typst does that for headings by itself.
        between = before["type"] == after["type"] == "heading"
        leads = token["type"] == "paragraph" and (after["type"] in _LED_TO or between)
        yield f"#block(sticky: true)[{block}]" if leads else block


def plain(token: Token) -> str:
    """Return the text of a token without any form."""
    return token["raw"] if "raw" in token else "".join(map(plain, token.get("children", ())))


def _string(text: str) -> str:
    """Return a string of Typst's; of JSON's escape sequences it knows those that can come."""
    return json.dumps(text, ensure_ascii=False)


def _inside(token: Token, document: Document) -> str:
    return "".join(_inline(child, document) for child in token["children"])


def _block(token: Token, document: Document) -> str:
    match token["type"]:
        case "heading":
            text, level = _inside(token, document), token["attrs"]["level"]
            return f"#heading(level: {level})[{text}]#label({_string(slug(plain(token)))})"
        case "paragraph":
            text = _inside(token, document)
            return text if token["children"][0]["type"] == "image" else f"#par[{text}]"
        case "block_text":
            return _inside(token, document)
        case "block_math":
            formulas = (
                f"(${formula(part)}$.body, {_string(part)})" for part in parts(token["raw"])
            )
            return f"#formulas({', '.join(formulas)})"
        case "block_code":
            return f"#raw({_string(token['raw'].rstrip())}, block: true)"
        case "list":
            kind = "enum" if token["attrs"]["ordered"] else "list"
            items = (
                "".join(_block(t, document) for t in item["children"]) for item in token["children"]
            )
            return f"#{kind}({', '.join(f'[{item}]' for item in items)})"
        case "table":
            return _table(token, document)
    raise DocumentError(f"{document.path.name} has a {token['type']}, which can't be printed")


def _table(token: Token, document: Document) -> str:
    head, body = token["children"]
    rows = [head["children"], *(row["children"] for row in body["children"])]
    header, *lines = [[f"[{_inside(cell, document)}]" for cell in row] for row in rows]
    columns = ", ".join(
        _width([plain(cell) for cell in column]) for column in zip(*rows, strict=True)
    )
    cells = ", ".join(cell for line in lines for cell in line)
    table = f"table(columns: ({columns},), table.header({', '.join(header)}), {cells})"
    return f"#block(breakable: {str(len(lines) > _FEW_ROWS).lower()}, {table})"


def _width(cells: Sequence[str]) -> str:
    """Return a column's width: its share of the text, but no less than its longest word."""
    sizes = [sum(1 + (east_asian_width(c) in "WF") for c in cell) for cell in cells]
    if max(sizes) <= _NARROW:
        return "auto"
    words = (len(word) for cell in cells for word in re.findall("[!-~]+", cell))
    return f"{max([sum(sizes) // len(sizes), *words])}fr"


def _code(text: str) -> str:
    """Set code within a line, which may be broken in it only where it is long."""
    words = [text] if len(text) <= WHOLE else text.split(" ")
    raws = ((len(word) <= WHOLE, f"raw({_string(word)})") for word in words)
    return '#raw(" ")'.join(f"#box({raw})" if whole else f"#{raw}" for whole, raw in raws)


def _inline(token: Token, document: Document) -> str:
    match token["type"]:
        case "text":
            return f"#{_string(token['raw'])}"
        case "softbreak":
            return '#" "'
        case "emphasis":
            return f"#emph[{_inside(token, document)}]"
        case "strong":
            return f"#strong[{_inside(token, document)}]"
        case "codespan":
            return _code(token["raw"])
        case "inline_math":
            return f"#math.equation(${formula(token['raw'])}$.body, alt: {_string(token['raw'])})"
        case "link":
            target = document.target(token["attrs"]["url"], ".pdf")
            place = _string(target)
            if target.startswith("#"):
                place = f"label({_string(target[1:])})"
            return f"#link({place})[{_inside(token, document)}]"
        case "image":
            drawing = _string(document.picture(token["attrs"]["url"]))
            return f"#drawing(bytes({drawing}), alt: {_string(plain(token))})"
    raise DocumentError(f"{document.path.name} has a {token['type']}, which can't be printed")
