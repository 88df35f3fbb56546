"""The notebook that is graded is harmless, whatever was handed in."""

import base64
import copy
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import harmless_notebook as rebuilding
from autograder.course.alignment import released_cells
from autograder.course.answers import Reading, choose
from autograder.intake import notebooks
from autograder.intake.notebooks import grade_id, read_cells
from autograder.languages.translations import load_language
from tests.autograder.course import ANSWER, PARTS, QUESTION, answered, write_course

pytestmark = pytest.mark.slow

LANGUAGES = [load_language("en"), load_language("zh-TW")]


def png(width=1, height=1):
    """Give the start of a picture, as notebooks hold it."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    return base64.b64encode(head + width.to_bytes(4) + height.to_bytes(4) + b"more").decode()


PNG = png()


def rebuild(content, released, languages):
    if isinstance(content, bytes):
        reading = choose({"small.ipynb": content}, (), "small.ipynb", released_cells(released))
    else:
        reading = Reading(None if content is None else read_cells(content), sure=True)
    return rebuilding.rebuild(reading, released, languages).notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def released(course):
    return course.read_released()


def raw(notebook):
    return json.dumps(notebook).encode()


def code(text, *outputs):
    return {"cell_type": "code", "source": text, "metadata": {}, "outputs": list(outputs)}


def shown(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_without_a_notebook_it_is_the_released_one(released):
    assert rebuild(None, released, LANGUAGES) == released


def test_an_answer_is_kept_and_the_rest_is_the_releases(course, released):
    result = rebuild(raw(answered(course)), released, LANGUAGES)
    assert [c.source for c in result.cells if grade_id(c) == QUESTION] == [ANSWER]
    assert [c.metadata for c in result.cells] == [c.metadata for c in released.cells]
    nbformat.validate(result)


def test_it_changes_neither_what_it_is_given_nor_what_it_gave(course, released):
    before, handed_in = copy.deepcopy(released), raw(answered(course))
    once = rebuild(handed_in, released, LANGUAGES)
    assert released == before
    assert rebuild(once, released, LANGUAGES) == once


@pytest.mark.parametrize(
    "content",
    [b"", b"no notebook", b"\xff\xfe", b"[]", b"{}", b'{"cells": 3}', b"[" * 100_000, b"1e999"],
)
def test_what_is_no_notebook_is_an_empty_one_that_says_so(released, content):
    result = rebuild(content, released, LANGUAGES)
    assert sources(result)[1:] == sources(released)
    assert "so the answers wait for a person" in result.cells[0].source
    nbformat.validate(result)


def test_locked_cells_are_the_releases_and_lost_ones_are_back(course, released):
    notebook = answered(course)
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader")][1:]
    notebook["cells"][0]["source"] = "print('all points')"
    notebook["cells"][0]["metadata"]["nbgrader"]["points"] = 1000
    result = rebuild(raw(notebook), released, LANGUAGES)
    assert [grade_id(c) for c in result.cells] == [grade_id(c) for c in released.cells]
    assert [c.metadata for c in result.cells] == [c.metadata for c in released.cells]
    assert "all points" not in str(sources(result))


def test_of_a_cell_that_is_there_twice_the_first_counts(course, released):
    notebook = answered(course)
    second = copy.deepcopy(notebook["cells"][-1]) | {"source": "another answer"}
    notebook["cells"].append(second)
    result = rebuild(raw(notebook), released, LANGUAGES)
    assert [c.source for c in result.cells if grade_id(c) == QUESTION] == [ANSWER]
    assert result.cells[-1].source == "another answer"
    assert not grade_id(result.cells[-1])


def test_own_cells_stay_where_they_were(course, released):
    notebook = answered(course)
    notebook["cells"].insert(2, code("mine = 1"))
    notebook["cells"].insert(0, {"cell_type": "raw", "source": ["first ", "of all"]})
    result = rebuild(raw(notebook), released, LANGUAGES)
    assert sources(result)[:4] == ["first of all", *sources(released)[:2], "mine = 1"]
    assert not [cell for cell in result.cells if cell.cell_type == "raw"]
    nbformat.validate(result)


def test_outputs_are_pictures_and_text(course, released):
    notebook = answered(course)
    evil = {"text/html": "<script>", "application/javascript": "x", "image/svg+xml": "<svg/>"}
    notebook["cells"].insert(
        1,
        code(
            "plot()",
            shown(evil),
            shown(evil | {"text/plain": ["as ", "text"]}),
            shown({"image/png": PNG + "\n", "text/plain": "<Figure>"}),
            shown({"image/png": "<script>"}),
            shown({"image/png": base64.b64encode(b"GIF89a").decode()}),
            {"output_type": "stream", "name": "stderr", "text": "\x1b[2J\x07printed\n"},
            {"output_type": "error", "traceback": ["<b>"]},
            "nothing",
        ),
    )
    cells = rebuild(raw(notebook), released, LANGUAGES).cells
    result = next(cell for cell in cells if cell.source == "plot()")
    text, picture, *remarks, printed = [o.get("text") or o["data"] for o in result.outputs]
    assert (text, picture, printed) == (
        *("as text", {"image/png": PNG}),
        "\\x1b[2J\\x07printed\n",
    )
    assert len(remarks) == 2 and all("a picture is not shown here" in each for each in remarks)


def test_outputs_of_a_released_cell_are_kept(course, released):
    notebook = answered(course)
    assert notebook["cells"][1]["source"] == ["import doubler"] or "import doubler"
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "text": "imported"}]
    result = rebuild(raw(notebook), released, LANGUAGES)
    assert result.cells[1].outputs[0].text == "imported"
    assert len(result.cells) == len(released.cells)


def test_it_is_bounded(course, released, monkeypatch):
    monkeypatch.setattr(notebooks, "PICTURES_LIMIT", 3 * len(PNG))
    notebook = answered(course, "x" * 10 * notebooks.TEXT_LIMIT)
    picture = shown({"image/png": PNG})
    notebook["cells"] += [code(f"plot({i})", picture) for i in range(1000)]
    result = rebuild(raw(notebook), released, LANGUAGES)
    assert len(result.cells) <= rebuilding.CELL_LIMIT + 2 * len(released.cells)
    outputs = [output for c in result.cells for output in c.get("outputs", [])]
    assert sum("data" in output for output in outputs) == 3
    assert all("a picture is not shown" in o.text for o in outputs if "text" in o)
    assert notebooks.TEXT_LIMIT <= max(map(len, sources(result))) < notebooks.TEXT_LIMIT + 200
    assert "what follows is not shown here" in str(sources(result))
    assert "More cells of your own are not shown here" in result.cells[-1].source


KEYS = "cells metadata nbgrader grade_id cell_type source outputs data text image/png".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(QUESTION),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(cells=st.lists(JSON, max_size=5))
def test_any_json_gives_a_valid_notebook(released, cells):
    result = rebuild({"cells": cells}, released, LANGUAGES)
    nbformat.validate(result)
    named = [grade_id(cell) for cell in result.cells if grade_id(cell)]
    assert named == [*PARTS, "asked", QUESTION]


def test_a_notebook_in_another_language_is_known_again():
    def cell(text, **settings):
        texts = {"en": text, "zh-TW": text + "\u4e2d"}
        return nbformat.v4.new_markdown_cell(text, metadata={"languages": texts, **settings})

    flags = {"grade_id": "question", "solution": True}
    title, answer = cell("A title"), cell("Yours:", nbgrader=flags)
    answer.source += "\n\nYOUR ANSWER HERE"
    released = nbformat.v4.new_notebook(cells=[title, answer])
    handed_in = copy.deepcopy(released)
    handed_in.cells[0].source = "A title\u4e2d"
    handed_in.cells[1].source = "Yours:\u4e2d\n\nYOUR ANSWER HERE"
    assert rebuild(raw(handed_in), released, LANGUAGES).cells == released.cells
    handed_in.cells[1].source = "Yours:\u4e2d\n\n<b>\u662f"
    made = rebuild(raw(handed_in), released, LANGUAGES)
    assert sources(made) == ["A title", "Yours:\n\n<b>\u662f"]
