"""The short headers of cells in the notebook's source, which stand for nbgrader's settings.

``# %% part="Layer"`` begins the cell that has a part's points, ``# %% [markdown] ask="why"`` a
question, and ``# %% [markdown] question="why" points=5`` the answer to it, which a person grades.
"""

from __future__ import annotations

import json
import re

#: What the names of the cells begin with that ask a question, and that are for its answer.
ASK, QUESTION = "ask-", "question-"
#: What a short header can say.
SHORT = ("part", "ask", "question")
#: How they are written, for messages.
FORMS = '`part="Name"`, `[markdown] ask="name"` or `[markdown] question="name" points=5`'
_HEADER = re.compile(
    r'^# %% (?:part="(?P<part>[^"\n]*)"|\[markdown\] (?:ask="(?P<ask>[^"\n]*)"'
    r'|question="(?P<question>[^"\n]*)" points=(?P<points>\d{1,6})))[ \t]*$',
    re.MULTILINE,
)


def written_out(text: str) -> str:
    """Return a notebook's source with nbgrader's settings in the place of short headers."""
    return _HEADER.sub(_settings, text)


def _settings(header: re.Match[str]) -> str:
    kind = str(header.lastgroup)
    kind = "question" if kind == "points" else kind
    settings: dict[str, object] = {
        "schema_version": 3,
        "grade": kind != "ask",
        "solution": kind == "question",
        "locked": kind != "question",
        "task": False,
        "grade_id": {"ask": ASK, "question": QUESTION}.get(kind, "") + header[kind],
    }
    if kind == "question":
        settings["points"] = int(header["points"])
    markdown = "" if kind == "part" else "[markdown] "
    return f"# %% {markdown}nbgrader={json.dumps(settings)}"
