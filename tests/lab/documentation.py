"""Reads the documentation: its pages, what stands in code on them, and the commands among it."""

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SITE = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
PAGES = [ROOT / "README.md", *SITE]
_DIRECTIVE = re.compile(r"\{code-block\} (\w+)")
_OPTION = re.compile(r":(\w+): (.*)\n")
_PROMPTS = ("make ", "python", "autograder ", ".venv/")


def name(page):
    return str(page.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """A block of code: where, in which language, under which caption, and its text."""

    page: Path
    line: int
    language: str
    caption: str
    text: str

    def __str__(self):
        return f"{name(self.page)}:{self.line}"


@cache
def tokens(page):
    """Parse a page; its inline tokens among the others."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8")):
        found.append((token, token.map))
        found += [(child, token.map) for child in token.children or ()]
    return found


def blocks(page, *languages):
    """Give the blocks of code of a page that are in one of these languages."""
    found = []
    for token, place in tokens(page):
        if token.type != "fence":
            continue
        language, text, caption = token.info.strip(), token.content, ""
        if directive := _DIRECTIVE.fullmatch(language):
            language = directive[1]
            while option := _OPTION.match(text):
                caption = option[2] if option[1] == "caption" else caption
                text = text[option.end() :]
        if language in languages:
            found.append(Block(page, place[0] + 1, language, caption, text.lstrip("\n")))
    return found


def inline_code(page):
    """Give what stands in single backticks and is no link of Sphinx's, and its paragraph's line."""
    found, before = [], ""
    for token, place in tokens(page):
        if token.type == "code_inline" and not re.search(r"\{[\w:]+\}$", before):
            found.append((token.content, (place or [0])[0] + 1))
        before = token.content if token.type == "text" else ""
    return found


def commands(page):
    """Give the commands of a page, each as its place and its words."""
    found = []
    for block in blocks(page, "console", "sh", ""):
        text = block.text.replace("\\\n", " ")
        for line in text.splitlines():
            if block.language == "console":
                assert line.startswith("$ "), f"{block}: {line} is no command"
                line = line.removeprefix("$ ")
            elif block.language == "" and not line.startswith(_PROMPTS):
                continue
            found += [(str(block), words) for words in _split(line)]
    for text, line in inline_code(page):
        if text.startswith(("make ", "autograder ", "nbgrader ", "python -m ")):
            found += [(f"{name(page)}:{line}", words) for words in _split(text)]
    return found


def _split(line):
    """Split a line into its commands, without what sets their environment."""
    for part in line.split("&&"):
        words = shlex.split(part, comments=True)
        while words and re.match(r"[A-Z]+=", words[0]):
            words.pop(0)
        if words:
            yield words


def table_under(page, heading):
    """Give the rows of the first table under a heading, each a list of its cells' texts."""
    text = page.read_text("utf-8").split(f"\n{heading}\n", 1)[1]
    lines = iter(text.splitlines())
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
        elif rows:
            break
    return rows[2:]


def keys_under(page, heading):
    """Give what stands in backticks in the first column of that table."""
    return [key for row in table_under(page, heading) for key in re.findall(r"`([^`]+)`", row[0])]
