"""Makes the pages of notebooks that nbgrader shows: a submission's to mark, and feedback."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat.notebooknode import NotebookNode

_WITHOUT_TEXT = re.compile(r"<img (?![^>]*\balt=)")
_TEXT = "No description has been provided for this image"


class PageExporter(HTMLExporter):
    """Makes a page without parsing it again.

    nbconvert does that to give every picture a text, which takes three times as long as all else,
    and to mark the parts of a layout that nbgrader's pages don't have.
    """

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> Any:
        """Convert a notebook."""
        made = self._init_resources(resources)  # type: ignore[no-untyped-call]
        language = nb.metadata.get("language_info", {}).get("name")
        for name, kind, more in (
            ("highlight_code", Highlight2HTML, {"pygments_lexer": language}),
            (
                "filter_data_type",
                WidgetsDataTypeFilter,
                {"notebook_metadata": self._nb_metadata, "resources": made},
            ),
        ):
            self.register_filter(name, kind(parent=self, **more))  # type: ignore[no-untyped-call]
        page, made = super(HTMLExporter, self).from_notebook_node(nb, made, **kw)
        return _WITHOUT_TEXT.sub(f'<img alt="{_TEXT}" ', page), made
