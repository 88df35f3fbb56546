"""Puts the docstrings and comments of a Python file into another language.

Only a text that is exactly as it was handed out is replaced. The code around it can't change: it
is compared before and after.
"""

import ast
import functools
import gettext
import io
import itertools
import tokenize

from checks.messages import FOLDER, LANGUAGES, say

BOM = b"\xef\xbb\xbf"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class SourceError(Exception):
    """A file can't be translated; the text says why."""


def translated_source(source, wanted):
    """Return a Python file with its docstrings and comments in another language.

    Parameters
    ----------
    source : bytes
        As read from its file. Its ends of lines and its byte order mark are kept.
    wanted : str
        A language that there is.

    Returns
    -------
    bytes
        The same code.

    Raises
    ------
    SourceError
        If it is no valid Python, or not saved as UTF-8.
    """
    mark = BOM if source.startswith(BOM) else b""
    source = source.removeprefix(mark)
    try:
        before = ast.parse(source.decode())
        texts = [*_docstrings(source, before, wanted), *_comments(source, wanted)]
        after = source
        for start, end, text in sorted(texts, reverse=True):
            after = after[:start] + text + after[end:]
        same = _code(before) == _code(ast.parse(after.decode()))
    except UnicodeDecodeError as error:
        raise SourceError(say("not saved as UTF-8. Save it so, and run this again.")) from error
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        line = getattr(error, "lineno", None) or 1
        raise SourceError(
            say("line {line} is not valid Python. Fix it, and run this again.", line=line)
        ) from error
    if not same:
        raise SourceError(say("its code would change with its texts, so it stays as it is."))
    return mark + after


@functools.cache
def _known(wanted):
    """Return what each known text is in a language; the keys are in all languages."""
    known = {}
    for language in LANGUAGES:
        found = gettext.translation(
            "docstrings", str(FOLDER), [language.replace("-", "_")], fallback=True
        )
        # There is no public way to list the messages of a catalog.
        for english, text in getattr(found, "_catalog", {}).items():
            known.setdefault(english, {"en": english})[language] = text
    return {
        text: texts[wanted]
        for texts in known.values()
        for text in texts.values()
        if text and wanted in texts
    }


def _docstrings(source, tree, wanted):
    """Yield start, end and new text of each docstring that is known; the places are in bytes."""
    known, lines = _known(wanted), source.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    for node in ast.walk(tree):
        text = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
        if text not in known:
            continue
        literal = node.body[0].value
        start = starts[literal.lineno - 1] + literal.col_offset
        end = starts[literal.end_lineno - 1] + literal.end_col_offset
        line = lines[literal.lineno - 1]
        indent = line[: literal.col_offset]
        if source[start : start + 3] != b'"""' or indent.strip():
            continue
        newline = b"\r\n" if line.endswith(b"\r\n") else b"\n"
        first, *rest = known[text].encode().splitlines()
        new = newline.join([first, *(indent + one if one else b"" for one in rest)])
        yield start, end, b'"""' + new + (newline + indent if rest else b"") + b'"""'


def _comments(source, wanted):
    """Yield the same of each comment that has its line to itself."""
    known, lines = _known(wanted), source.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        text = token.string.removeprefix("# ")
        if token.type == tokenize.COMMENT and text in known:
            start = starts[token.start[0] - 1] + len(token.line[: token.start[1]].encode())
            yield start, start + len(token.string.encode()), b"# " + known[text].encode()


def _code(tree):
    """Return what a file does, without the docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body[0].value.value = ""
    return ast.dump(tree)
