"""The picture of what a lab computes, with the places where checks failed."""

import re
from dataclasses import replace

import pytest

from autograder.lab import LabError
from autograder.pages.graph import load_graph, marks
from autograder.pages.site import Site
from autograder.pages.student import student_page
from tests.autograder.conftest import write_files
from tests.autograder.pages import GRAPH, check, grade, graded


@pytest.fixture
def drawn(lab):
    """Give a function that gives the lab with a graph."""

    def make(text=GRAPH):
        write_files(lab.root, {"graph.toml": text})
        return replace(lab, graph=lab.root / "graph.toml")

    return make


def picture_of(lab, one):
    """Give the picture of a page in English, and what is said below it."""
    page = student_page(Site(lab, ["en"]), one)
    found = re.search(r'<figure class="graph">\n(.*?)<figcaption>(.*?)</figcaption>', page, re.S)
    return found and (found[1], " ".join(re.sub("<[^>]+>", "", found[2]).split()))


def test_the_place_of_a_failure_is_marked_and_told(drawn):
    picture, told = picture_of(drawn(), graded(forward="passed", zeros="failed", add="passed"))
    assert picture.count("box wrong") == 1 and picture.count("box right") == 1
    assert re.findall(r'class="name"[^>]*>([^<]*)', picture) == [
        "Doubler", "\N{BALLOT X} forward", "\N{CHECK MARK} a_name_that_is_much_too_long", "x",
    ]  # fmt: skip
    assert re.findall(r'class="step"[^>]*>(\d)<', picture) == ["1"]
    assert told == (
        "Checks failed at the places marked \N{BALLOT X}: Doubler: forward (1) "
        "The numbers are those of the steps above. Arrows."
    )
    assert (
        'aria-label="All of it: \N{BALLOT X} Doubler: forward"' in picture
        and "&lt;b&gt;" in picture
    )
    assert 'textLength="138"' in picture  # what is too long is drawn closer together


def test_what_was_not_reached_is_no_failure(drawn):
    one = graded(forward="timeout", zeros="not reached", add="not reached")
    picture, told = picture_of(drawn(), one)
    assert picture.count("box wrong") == 1 and picture.count("box unreached") == 1
    assert "forward (1)" in told and "Checks at a place marked ? were not reached." in told


def test_a_label_can_differ_by_language(drawn):
    text = GRAPH.replace('label = "forward"', 'label = { en = "forward", zh-TW = "\u5411\u524d" }')
    page = student_page(Site(drawn(text)), graded(forward="failed", zeros="passed", add="passed"))
    assert "Doubler: forward</a> (1)" in page and "Doubler：\u5411\u524d</a>（1）" in page


def test_where_all_is_right_no_step_is_named(drawn):
    picture, told = picture_of(drawn(), graded(forward="passed", zeros="passed", add="passed"))
    assert "wrong" not in picture and told == "Arrows."


def test_for_a_phone_columns_are_below_each_other(drawn):
    text = GRAPH.replace("at = [1, 1]", "at = [2, 1]")
    picture, _ = picture_of(drawn(text), graded(forward="passed", zeros="failed", add="passed"))
    wide, narrow = picture.split("</svg>")[:2]
    assert 'class="graph wide-graph"' in wide and 'class="graph narrow-graph"' in narrow
    sizes = [re.search(r'viewBox="0 0 (\d+) (\d+)"', one).groups() for one in (wide, narrow)]
    assert int(sizes[1][0]) < int(sizes[0][0]) and int(sizes[1][1]) > int(sizes[0][1])
    for one in (wide, narrow):
        assert one.count("box wrong") == 1 and one.count('class="step"') == 2


@pytest.mark.parametrize("name, command", [("forward", "Doubler.Forward"), ("zeros", "Doubler")])
def test_a_step_ends_with_the_nearest_command(drawn, name, command):
    node = 'name = "forward"'
    known = "commands = ['check.py Doubler', 'check.py Doubler.Forward']"
    lab = drawn(GRAPH.replace(node, f"{node}\n{known}"))
    one = graded(**{"forward": "passed", "zeros": "passed", name: "failed"})
    page = student_page(Site(lab, ["en"]), one)
    assert page.count(f"<code>python check.py {command}</code>") == 1


def test_without_a_graph_or_its_checks_nothing_is_drawn(lab, drawn):
    assert load_graph(lab) is None
    assert picture_of(lab, graded(add="failed")) is None
    assert picture_of(drawn(), grade("s", [check(1)])) is None


def test_a_check_counts_at_each_node_that_names_it(drawn):
    text = GRAPH.replace("at = [0, 1]", 'at = [0, 1]\nchecks = ["test_counter.py::test_add"]')
    graph = load_graph(drawn(text))
    found = marks(
        graph, {"test_counter.py::test_add": "crashed"}, [[], ["test_counter.py::test_add"]]
    )
    assert [name for name, mark in found.items() if mark.failed] == ["add", "value"]
    assert found["add"].steps == (2,) and found["forward"].steps == ()


BROKEN = {
    "is not a graph": GRAPH + "[[",
    "lacks the entry 'title'": GRAPH.replace("title", "titel"),
    "lacks the entry 'at'": GRAPH.replace("at = [1, 1]", ""),
    "a text is not in zh-TW": GRAPH.replace('en = "twice", zh-TW', 'en = "twice", fr'),
    "should be whole numbers": GRAPH.replace("at = [1, 1]", "at = [1, true]"),
    "should lie in 8 columns": GRAPH.replace("at = [1, 1]", "at = [1, 1000000000]"),
    "an edge to 'nowhere'": GRAPH.replace('from = "value"', 'from = "nowhere"'),
    "the node 'add' twice": GRAPH.replace('name = "class"', 'name = "add"'),
    "names the check 'test_doubler.py::test_gone'": GRAPH.replace("test_zeros", "test_gone"),
}


@pytest.mark.parametrize("why", BROKEN)
def test_what_is_wrong_with_a_graph_is_said(drawn, why):
    with pytest.raises(LabError, match=re.escape(why)):
        load_graph(drawn(BROKEN[why]))


def test_a_graph_that_is_not_there_is_named(drawn):
    lab = drawn()
    lab.graph.unlink()
    with pytest.raises(LabError, match=r"cannot read the graph .*graph\.toml: No such file"):
        load_graph(lab)
