"""Writes documents that students read: beside the Markdown an HTML page and a PDF.

Both are the same from the same text, byte for byte, and need nothing from outside: formulas are
MathML on the page and set by Typst in the PDF, pictures are inside, and fonts come from packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.languages import SOURCE_LANGUAGE
from autograder.release.documents.document import Document, DocumentError
from autograder.release.documents.formulas import FormulaError
from autograder.release.documents.page import page
from autograder.release.documents.pdf import pdf


def write_documents(folder: Path, names: Sequence[str], languages: Sequence[str]) -> None:
    """Write ``x.html`` and ``x.pdf`` beside each ``x.md``.

    Parameters
    ----------
    folder
        Where the documents are.
    names
        Their file names; ``x.zh-TW.md`` is in Chinese.
    languages
        Those that there may be.

    Raises
    ------
    DocumentError
        If one is no Markdown file, shows what it has not, or has a formula that can't be set.
    OSError
        If something can't be read or written.
    """
    written = SOURCE_LANGUAGE if SOURCE_LANGUAGE in languages else languages[0]
    for name in names:
        path = folder / name
        if path.suffix != ".md" or not path.is_file():
            raise DocumentError(f"the document {name} is no Markdown file among what is copied")
        tag = Path(path.stem).suffix.removeprefix(".")
        language = tag if tag in languages else written
        document = Document(path, language, frozenset(names))
        try:
            made = page(document), pdf(document)
        except FormulaError as error:
            raise DocumentError(f"{name}: {error}") from error
        path.with_suffix(".html").write_text(made[0], encoding="utf-8", newline="\n")
        path.with_suffix(".pdf").write_bytes(made[1])
