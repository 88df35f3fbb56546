"""A student's answers are found and shown as they were written, or wait and it is said why."""

import base64
import copy
import json
import time

import nbformat
import pytest
from nbformat import v4

from autograder.course.alignment import released_cells
from autograder.course.answers import Reading, choose
from autograder.course.harmless_notebook import rebuild
from autograder.course.render import Patience, prepare, render
from autograder.intake import notebooks
from autograder.intake.errors import Refused
from autograder.intake.notebooks import OUTPUTS_LIMIT, TEXT_LIMIT, from_plain, read_cells, versions
from autograder.intake.pictures import JPEG, PNG, pixels_of
from autograder.languages.translations import load_language

NAME = "small.ipynb"
LANGUAGES = [load_language("en"), load_language("zh-TW")]
WAITS = "so the answers wait for a person"


def png(width=2, height=2):
    """Give the start of a picture."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + b"more"


def jpeg(width, height):
    """Give the start of a photograph, with a segment before its size, and space between them."""
    frame = b"\0\x11\x08" + height.to_bytes(2) + width.to_bytes(2) + b"more"
    return b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2" + frame


def in_base64(content):
    return base64.b64encode(content).decode()


def answer_cell(number):
    texts = {"en": f"**Answer {number}**", "zh-TW": f"**\u56de\u7b54 {number}**"}
    settings = {"grade_id": f"question-{number}", "solution": True, "grade": True}
    source = f"{texts['en']}\n\nYOUR ANSWER HERE"
    metadata = {"languages": texts, "nbgrader": settings}
    return v4.new_markdown_cell(source, id=f"question-{number}", metadata=metadata)


RELEASED = v4.new_notebook(
    cells=[
        v4.new_markdown_cell("The little lab", id="cell-1"),
        answer_cell(1),
        v4.new_markdown_cell("Now look at this.", id="cell-3"),
        v4.new_code_cell("import doubler", id="cell-4"),
        answer_cell(2),
        v4.new_markdown_cell("The end", id="cell-6"),
    ]
)


def answered(first="mine", second="too", change=lambda cell: None):
    """Give a notebook with both answers, as a table, each of its cells changed in some way."""
    table = json.loads(nbformat.writes(copy.deepcopy(RELEASED)))
    for number, text in ((1, first), (4, second)):
        if text is not None:
            table["cells"][number]["source"] = text
    for cell in table["cells"]:
        change(cell)
    return table


def raw(table, **more):
    return json.dumps(table, indent=1, **more).encode()


def read(files, others=()):
    """Give the reading of files: name -> table or bytes."""
    contents = {name: raw(c) if isinstance(c, dict) else c for name, c in files.items()}
    reading = choose(contents, others, NAME, released_cells(RELEASED))
    assert Reading.from_plain(json.loads(json.dumps(reading.to_plain()))) == reading
    return reading


def rebuilt(files, others=()):
    return rebuild(read(files, others), RELEASED, LANGUAGES)


def answers(made):
    """Give the texts of the answers."""
    named = {notebooks.grade_id(cell): cell.source for cell in made.notebook.cells}
    return [named["question-1"], named["question-2"]]


def said(made):
    return "; ".join(made.said)


# Found ------------------------------------------------------------------------------------------


def strip(cell):
    cell["metadata"] = {}


def colab(cell):
    cell["metadata"] = {"id": "Xy12"}
    cell.pop("id")


@pytest.mark.parametrize(
    "name", ["small_wang.ipynb", "small-Copy1.ipynb", "SMALL.IPYNB", "x.ipynb"]
)
def test_a_notebook_of_another_name_is_taken_and_said(name):
    made = rebuilt({name: answered()})
    assert answers(made) == ["mine", "too"]
    assert said(made) == f"{name} was taken for {NAME}"
    assert not made.waiting
    assert said(made) in made.notebook.cells[0].source


@pytest.mark.parametrize("change", [strip, colab])
def test_without_metadata_the_answers_are_known_again(change):
    made = rebuilt({NAME: answered(change=change)})
    assert answers(made) == ["mine", "too"]
    assert (made.waiting, said(made)) == ((), "")
    untouched = rebuilt({NAME: answered(None, None, change)})
    assert untouched.notebook == RELEASED
    headed = rebuilt({NAME: answered("**\u56de\u7b54 1**\n\nmine", None, change)})
    assert answers(headed)[0] == "**Answer 1**\n\nmine"


def test_the_same_notebook_twice_is_one():
    copies = {NAME: answered(), f"backup/{NAME}": raw(answered(), sort_keys=True)}
    made = rebuilt(copies)
    assert (answers(made), said(made)) == (["mine", "too"], "")
    # A copy in which nothing was answered is no other answer.
    made = rebuilt({f"released/{NAME}": answered(None, None), NAME: answered()})
    assert (answers(made), said(made)) == (["mine", "too"], "")


def test_of_notebooks_of_other_names_the_one_that_is_called_so_is_shown():
    made = rebuilt({"small-Copy1.ipynb": answered("old"), NAME: answered("new")})
    assert answers(made)[0] == "new"
    assert said(made) == f"{NAME} is shown, and small-Copy1.ipynb is not"


def test_format_3_is_read():
    cells = []
    for cell in answered()["cells"]:
        source = cell.pop("source")
        cells.append(
            cell | ({"input": source} if cell["cell_type"] == "code" else {"source": source})
        )
    cells[3]["outputs"] = [
        {"output_type": "pyout", "text": ["4"]},
        {"output_type": "display_data", "png": in_base64(png()), "text": "<Figure>"},
    ]
    cells.append({"cell_type": "heading", "level": 2, "source": "Own"})
    made = rebuilt({NAME: {"nbformat": 3, "worksheets": [{"cells": cells}]}})
    assert answers(made) == ["mine", "too"]
    assert [o.output_type for o in made.notebook.cells[3].outputs] == ["stream", "display_data"]
    assert made.notebook.cells[-1].source == "## Own"


def conflicting(ours, theirs):
    """Give a notebook as Git leaves it."""
    text = raw(answered("MINE")).decode()
    line = next(line for line in text.splitlines() if "MINE" in line)
    sides = [line.replace("MINE", side) for side in (ours, theirs)]
    block = ["<<<<<<< HEAD", sides[0], "||||||| base", line, "=======", sides[1], ">>>>>>> other"]
    return text.replace(line, "\n".join(block)).encode()


def test_a_conflict_is_resolved_where_the_answers_are_the_same():
    assert answers(rebuilt({NAME: conflicting("same", "same")}))[0] == "same"
    made = rebuilt({NAME: conflicting("one", "two")})
    assert made.waiting == ("question-1", "question-2")
    assert said(made) == f"{NAME} holds a merge conflict within the answers, {WAITS}"
    stray = raw(answered()).replace(b'\n "cells"', b'\n<<<<<<< HEAD\n "cells"', 1)
    assert answers(rebuilt({NAME: stray})) == ["mine", "too"]


def test_of_a_cell_that_was_copied_the_written_one_counts():
    table = answered(None)
    table["cells"].insert(2, copy.deepcopy(table["cells"][1]) | {"source": "written", "id": "b"})
    assert answers(rebuilt({NAME: table}))[0] == "written"


# Waiting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "others", "why"),
    [
        ({NAME: b"{}"}, (), f"{NAME} is not a notebook"),
        ({NAME: b'{"cells": ['}, (), f"{NAME} is not a whole notebook: its JSON is damaged"),
        ({NAME: b"[" * 200}, (), f"{NAME} is nested too deeply"),
        ({NAME: "is larger than 24576 KiB"}, (), f"{NAME} is larger than 24576 KiB"),
        ({NAME: b'{"cells": []}'}, (), f"{NAME} is not {NAME}"),
        ({"lab2.ipynb": raw({"cells": []})}, (), f"lab2.ipynb is not {NAME}"),
        ({}, ["small.pdf"], f"{NAME} is missing, and small.pdf is there"),
        (
            {f"a/{NAME}": answered("one"), f"b/{NAME}": answered("two")},
            (),
            f"{NAME} is there 2 times with different answers (a/{NAME}, b/{NAME})",
        ),
    ],
)
def test_what_is_in_doubt_waits_and_says_why(files, others, why):
    made = rebuilt(files, others)
    assert made.waiting == ("question-1", "question-2")
    assert said(made) == f"{why}, {WAITS}"
    assert (
        "\u56e0\u6b64\u56de\u7b54\u6703\u7b49\u4eba\u5de5\u8a55\u95b1"
        in made.notebook.cells[0].source
    )


def test_without_a_notebook_nothing_waits():
    made = rebuilt({}, ["report.pdf"])
    assert (made.notebook, made.waiting, made.said) == (RELEASED, (), ())


def test_beside_a_damaged_notebook_what_is_not_answered_waits():
    made = rebuilt({NAME: b"{", "small-Copy1.ipynb": answered(second=None)})
    assert answers(made)[0] == "mine"
    assert made.waiting == ("question-2",)


def test_a_lost_answer_waits_if_it_may_stand_elsewhere():
    table = answered()
    del table["cells"][1], table["cells"][1]  # with the cell that follows
    made = rebuilt({NAME: table})
    assert made.waiting == ()
    table["cells"].insert(1, v4.new_code_cell("# my answer", id="own"))
    made = rebuilt({NAME: table})
    assert made.waiting == ("question-1",)
    assert "lacks the cell of question-1" in said(made)


# As it was written ------------------------------------------------------------------------------

PERSIAN, EMOJI = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f4bb"
WRITTEN = f"`if a <b: pass` $a <b$ {PERSIAN} {EMOJI}"


def test_answers_are_as_they_were_written():
    made = rebuilt({NAME: answered(WRITTEN)})
    assert answers(made)[0] == WRITTEN
    html = render(WRITTEN, {}, LANGUAGES)
    assert "<code>if a &lt;b: pass</code> $a &lt;b$" in html
    assert PERSIAN in html and EMOJI in html
    assert answers(rebuilt({NAME: answered("a\x1b[2Jb\r\nc\td\ud800")}))[0] == (
        "a\\x1b[2Jb\nc\td\\ud800"
    )


def test_pasted_pictures_are_kept_and_others_say_that_they_are_not_shown():
    def attach(cell):
        if cell.get("id") == "question-1":
            cell["attachments"] = {
                "image.png": {"image/png": in_base64(png())},
                "my photo.jpg": {"image/jpeg": in_base64(jpeg(4000, 3000))},
                "huge.png": {"image/png": in_base64(png(16_000, 16_000))},
                "drawing.svg": {"image/svg+xml": "<svg onload='x'/>"},
            }

    text = " ".join(
        f"![{name}](attachment:{name.replace(' ', '%20')})"
        for name in ("image.png", "my photo.jpg", "huge.png", "drawing.svg", "gone.png")
    )
    made = rebuilt({NAME: answered(text, change=attach)})
    cell = made.notebook.cells[1]
    assert cell.source == text
    assert [*cell.attachments] == ["image.png", "my photo.jpg"]
    nbformat.validate(made.notebook)
    html = render(cell.source, cell.attachments, LANGUAGES)
    assert html.count("<img src=") == 2
    assert html.count("a picture is not shown here") == 3
    again = rebuild(Reading(read_cells(made.notebook), sure=True), RELEASED, LANGUAGES)
    assert again.notebook == made.notebook


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://example.org/x.png)",
        '<img alt="a>b" src="https://example.org/x.png">',
        f"![x](data:image/png;base64,{in_base64(png(16_000, 16_000))})",
        "![x](attachment:x.png)" * 50,
        "![x](javascript:alert)",
    ],
)
def test_no_picture_comes_from_elsewhere_or_without_end(text):
    content = in_base64(png())
    html = render(text, {"x.png": {"image/png": content}}, LANGUAGES)
    assert "example.org" not in html and "AD6A" not in html.replace(content, "")
    assert html.count("<img") <= 3
    assert "a picture is not shown here" in html


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](data:text/html,1)", "<b onclick=x>"]
)
def test_nothing_that_is_shown_can_do_anything(text):
    html = render(text, {}, LANGUAGES)
    assert not any(bad in html for bad in ("script", "data:", "onclick"))


# Bounded ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [PNG, JPEG])
def test_the_size_of_a_picture_is_told_without_decoding_it(kind):
    content = png(30, 20) if kind == PNG else jpeg(30, 20)
    assert pixels_of(kind, content) == 600
    for wrong in (b"", b"GIF89a", content[:10], b"\xff\xd8" + b"\xff" * 5000, content[1:]):
        assert pixels_of(kind, wrong) == 0


def outputs_of(*outputs):
    (cell,) = read_cells({"cells": [{"cell_type": "code", "source": "1", "outputs": [*outputs]}]})
    return cell.outputs


def shown(data):
    return {"output_type": "display_data", "data": data}


@pytest.mark.parametrize("size", [(16_000, 16_000), (2**32 - 1, 1), (0, 5)])
def test_a_picture_of_too_many_pixels_leaves_a_mark(size):
    assert outputs_of(shown({"image/png": in_base64(png(*size))})) == ((notebooks.UNSHOWN, ""),)


def test_pictures_of_a_notebook_are_bounded_together():
    many = outputs_of(*[shown({"image/png": in_base64(png(4000, 4000))})] * 10)
    assert [kind for kind, _ in many] == [PNG] * 6 + [notebooks.UNSHOWN] * 4


def test_what_is_printed_piece_by_piece_is_one_output():
    lines = [{"output_type": "stream", "text": [f"epoch {i}\n"]} for i in range(500)]
    printed, picture = outputs_of(*lines, shown({"image/png": in_base64(png())}))
    assert printed[1].startswith("epoch 0\nepoch 1\n")
    assert picture[0] == PNG


@pytest.mark.parametrize("kind", ["stream", "display_data"])
def test_a_hundred_thousand_outputs_are_read_in_no_time(kind):
    output = {"output_type": kind, "text": "epoch 1\n", "data": {"text/plain": "x"}}
    table = {"cells": [{"cell_type": "code", "source": "1", "outputs": [output] * 150_000}]}
    start = time.process_time()
    ((cell,),) = versions(json.dumps(table).encode())
    assert len(cell.outputs) <= OUTPUTS_LIMIT + 1
    assert cell.outputs[-1][0] in (notebooks.MORE, notebooks.CUT)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("content", [b"[" * 10**6, b'{"cells": ' * 10**5, b"\xff", b"1"])
def test_what_is_no_notebook_is_refused(content):
    with pytest.raises(Refused):
        versions(content)


@pytest.mark.parametrize("cells", [[["a", 1, "b", [], "", []]], [["a", True, "b"]], [{}]])
def test_cells_are_checked_where_they_arrive(cells):
    with pytest.raises(ValueError, match="none"):
        from_plain(cells)
    good = ["a", True, "b", [["text", "c"]], "", [["d", PNG, "e"]]]
    assert from_plain([good])[0].text == "b"
    for place, wrong in ((3, [["text"]]), (3, [["gif", "c"]]), (5, [["d", "gif", "e"]])):
        with pytest.raises(ValueError, match="none"):
            from_plain([good[:place] + [wrong] + good[place + 1 :]])


def test_what_would_take_too_long_to_typeset_is_shown_as_it_was_typed():
    prepare()
    patience = Patience()
    text = "\\begin{a}" * (TEXT_LIMIT // 9)
    start = time.process_time()
    assert not any(patience.renders(text) for _ in range(100))
    assert time.process_time() - start < 20
    assert Patience().renders("My $x$ **answer**")
    reading = read({NAME: answered(text)})
    cells = [
        notebooks.Cell(**{**vars(cell), "outputs": ((notebooks.TYPED, ""),)}) if n == 1 else cell
        for n, cell in enumerate(reading.cells)
    ]
    made = rebuild(Reading(cells, sure=True), RELEASED, LANGUAGES)
    assert "shown as it was typed" in made.notebook.cells[1].source
    assert made.notebook.cells[2].outputs[0].text == text
    nbformat.validate(made.notebook)
