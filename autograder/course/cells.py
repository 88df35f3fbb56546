"""Notebooks, cells and outputs of our own making.

nbformat's functions of these names compare each with the whole schema, which takes longer than
all else that is done with it; a notebook is compared as a whole when it is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from nbformat.notebooknode import NotebookNode


def markdown(text: str, key: str) -> NotebookNode:
    """Make a cell of text, called by a key that is unique in its notebook."""
    return NotebookNode(id=key, cell_type="markdown", source=text, metadata=NotebookNode())


def code(text: str, key: str, outputs: Sequence[NotebookNode] = ()) -> NotebookNode:
    """Make a cell of code with its outputs, called by a key that is unique in its notebook."""
    return NotebookNode(
        id=key,
        cell_type="code",
        metadata=NotebookNode(),
        execution_count=None,
        source=text,
        outputs=list(outputs),
    )


def printed(text: str) -> NotebookNode:
    """Make an output of printed text."""
    return NotebookNode(output_type="stream", name="stdout", text=text)


def shown(data: Mapping[str, str]) -> NotebookNode:
    """Make an output of what is shown, by its media types."""
    return NotebookNode(
        output_type="display_data", metadata=NotebookNode(), data=NotebookNode(data)
    )


def notebook_text(notebook: NotebookNode) -> str:
    """Write a notebook as the content of a file.

    nbformat's own way breaks all lines for people who compare files, and takes ten times as long.
    """
    return json.dumps(notebook, ensure_ascii=False) + "\n"
