"""The students' notebook: it runs, speaks both languages, and asks five questions."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.lab_file import load_lab
from autograder.release.notebook import check_parts, source_notebook
from solution.experiments import TABLES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LAB = load_lab(ROOT / "lab.toml")
SOURCE = source_notebook(LAB.notebook, LAB.languages)
RELEASED = ROOT / LAB.release.folder / f"{LAB.name}.ipynb"
CHINESE = re.compile("[\u4e00-\u9fff]")
SETUP = "cell-3"
QUESTIONS = [f"question-{name}" for name in ("learning-rates", "hidden-units", "no-activations")]
QUESTIONS += ["question-layers", "question-optimizers"]
PART = r"^\| ([a-d]) \| (\d) \| "
OUTPUT_ROW = r"\d +(\d+)% +([01]) +(\S+) +(\S+) +(\S+)"
DEAD_ROW = r"(\d) +(\d+)% +(\d/\d(?: \d/\d)+) +(\d/\d(?: \d/\d)+)"
OPTIMIZER_ROW = r"(sgdm?|sgd, rate 1) +(\d+) +(\d+) +(\S+)"
OPTIMIZERS = ("sgd", "sgdm", "sgd, rate 1")
# The table of accuracies is a picture: this says in figures what the cells have found.
FIGURES = """
import json
tables = [standard, rates, units, bare, layers, optimizers]
found = {t.experiment.label: t.final_accuracy.tolist() for table in tables for t in table}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """Give a function that makes a student's folder: the skeleton, or with the solution in it."""

    def make(solved):
        folder = tmp_path_factory.mktemp("student") / "lab"
        shutil.copytree(ROOT / LAB.release.folder, folder)
        if solved:
            solve(folder)
        return folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.delenv("LAB_LANG", raising=False)
        yield make


def solve(folder):
    for file in LAB.files:
        shutil.copy(LAB.reference / file, folder)


def client_in(folder, **options):
    notebook = nbformat.read(folder / RELEASED.name, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    # A busy machine may send one line in two pieces.
    options["coalesce_streams"] = True
    return NotebookClient(notebook, timeout=300, resources=resources, **options)


def cells_of(notebook):
    return {cell.id: cell for cell in notebook.cells}


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def pictures(cell):
    return [o for o in cell.outputs if "image/png" in o.get("data", {})]


@pytest.fixture(scope="module")
def executed(student):
    """The notebook, run from top to bottom beside the solution."""
    client = client_in(student(solved=True))
    client.nb.cells.append(nbformat.v4.new_code_cell(FIGURES, id="figures"))
    return client.execute()


def test_it_runs_beside_the_solution(executed):
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    assert {output.output_type for output in outputs} <= {"stream", "display_data"}
    assert not [o for o in outputs if o.get("name") == "stderr"]
    cells = cells_of(executed)
    for part in ("Activation", "Linear_Layer", "Model"):
        assert re.search(r"(\d+) of \1 checks passed", printed(cells[part]))
    assert "All gradients agree" in printed(cells["Network"])


def test_every_experiment_draws_its_pictures(executed):
    experiments = [c for c in executed.cells if c.cell_type == "code" and "train_all(" in c.source]
    assert len(experiments) == 6
    for cell in experiments:
        assert len(pictures(cell)) >= 2


def test_it_can_be_handed_in_with_its_pictures(executed):
    # Another machine's pictures may be larger.
    assert len(nbformat.writes(executed).encode()) < LAB.limits.notebook_kib * 1024 / 4


def test_the_marking_guide_tells_the_truth(executed):
    """What it quotes is what the notebook finds, whatever the last digits of this machine."""
    guides = {cell.id: cell.source for cell in SOURCE.cells if cell.id in QUESTIONS}
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    lines = [line for cell in code for line in printed(cell).splitlines()]
    found = json.loads(printed(cells_of(executed)["figures"]))
    tables = {name: [round(100 * a) for a in accuracies] for name, accuracies in found.items()}
    labels = {row.label for table in TABLES.values() for row in table.rows}
    assert tables.keys() == labels | {"sgd, rate 1"}
    rate = {n: tables[f"learning rate {n}"] for n in (0.01, 0.05, 0.1, 0.2, 0.4, 0.8)}
    assert rate[0.05] == rate[0.1] == rate[0.2]
    assert set(rate[0.1]) == {52, 76, 100}
    assert sum(rate[0.01]) < sum(rate[0.1]) > sum(rate[0.4]) > sum(rate[0.8])
    assert tables["no activations, linear"] == [86] * 3
    assert tables["no activations, xor"] == [33] * 3
    few, many = tables["hidden units 3, 3"], tables["hidden units 12, 24"]
    assert min(few) == 50 and max(few) == 100 and min(many) >= 99
    outputs = {(m[1], m[2]): m for line in lines if (m := re.fullmatch(OUTPUT_ROW, line))}
    assert {percent for percent, _ in outputs} <= {"50", "100"}
    assert outputs["50", "1"][4] == outputs["50", "1"][5] == "0.500"
    assert float(outputs["100", "1"][3]) > 0.5 >= float(outputs["100", "0"][5])
    for name, counts in ("2 hidden layers", (3, 3, 2)), ("3 hidden layers", (5, 2, 1)):
        assert tuple(tables[name].count(n) for n in (52, 76, 100)) == counts
    assert "52%\nthree times, 76% three times and 100% twice" in guides["question-layers"]

    dead = [m for line in lines if (m := re.fullmatch(DEAD_ROW, line))]
    units, two, three = dead[:8], dead[8:16], dead[16:]
    assert all(("3/3" in m[4]) == (m[2] == "50") for m in units)
    low = [[m for m in table if m[2] == "52"] for table in (two, three)]
    assert [(sum("3/3" in m[3] for m in rows), len(rows)) for rows in low] == [(1, 3), (4, 5)]

    found = {(m[1], m[2]): m for line in lines if (m := re.fullmatch(OPTIMIZER_ROW, line))}
    quoted = re.findall(r"(\d+) against (\d+)", guides["question-optimizers"])
    assert len(quoted) == len(found) / 3 == 3
    swings = []
    for start in {start for _, start in found}:
        slow, fast, large = (found[name, start] for name in OPTIMIZERS)
        assert 7 < int(slow[3]) / int(fast[3]) < 12
        assert any(
            abs(int(fast[3]) - int(a)) <= 0.1 * int(a)
            and abs(int(slow[3]) - int(b)) <= 0.1 * int(b)
            for a, b in quoted
        )
        assert 0.7 < int(large[3]) / int(fast[3]) < 1.3
        assert 0.99 < float(slow[4]) < 1.05 and 0.99 < float(fast[4]) < 1.12
        swings.append((float(fast[4]), float(large[4])))
    assert sum(large > 1.3 * fast for fast, large in swings) == 2
    stuck = [{start for start, a in enumerate(tables[row]) if a <= 50} for row in OPTIMIZERS]
    assert stuck[0] == stuck[1] == stuck[2] == {0, 1, 4}


def test_the_skeleton_gets_one_sentence_for_each_cell(student):
    folder = student(solved=False)
    command = [sys.executable, "language.py", "zh-TW"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    client = client_in(folder, allow_errors=True)
    cells = cells_of(client.execute())
    assert cells[SETUP].outputs == []
    for part in ("Activation", "Linear_Layer", "Model"):
        assert "尚未完成" in printed(cells[part])
        assert re.search(r"^通過 0／\d+ 項檢查。", printed(cells[part]), re.M)
    assert "尚未完成：Activation.__init__（activation.py 第 " in printed(cells["Network"])
    for cell in cells.values():
        if cell.cell_type == "code" and re.search(r"train_all\(.*mine|look_inside\(", cell.source):
            (output,) = cell.outputs
            assert re.fullmatch("尚未完成：[\\w.]+(（[\\w.]+ 第 \\d+ 行）)?.*\n", output.text)


def test_a_wrong_gradient_stops_the_notebook_with_one_sentence(student):
    folder = student(solved=True)
    wrong = "\n\nclass Linear_Layer(Linear_Layer):\n    def backward(self, grad):\n"
    wrong += "        return -super().backward(grad)\n"
    with (folder / "linear_layer.py").open("a", encoding="utf-8") as file:
        file.write(wrong)
    client = client_in(folder)
    with pytest.raises(CellExecutionError):
        client.execute()
    ran = [c for c in client.nb.cells if c.cell_type == "code" and c.execution_count]
    (output,) = ran[-1].outputs
    assert "train_all(" in ran[-1].source and "look_inside(" in ran[-2].source
    assert output.text.startswith("Stopped: the gradient check fails at Linear_Layer")
    assert len(output.text.splitlines()) == 1
    assert pictures(ran[-2])


def test_a_file_that_was_mended_is_loaded_by_the_next_cell(student):
    folder = student(solved=False)
    client = client_in(folder, allow_errors=True)
    cells = {cell.id: (place, cell) for place, cell in enumerate(client.nb.cells)}
    first = next(c for c in client.nb.cells if "standard = train_all(" in c.source)
    first.source = first.source.replace("[10000, 2000]", "[50, 50]")
    with client.setup_kernel():
        client.execute_cell(cells[SETUP][1], cells[SETUP][0])
        client.execute_cell(first, cells[first.id][0])
        assert "Not written yet" in printed(first)
        solve(folder)
        client.execute_cell(first, cells[first.id][0])
        assert len(pictures(first)) == 2


def test_a_file_that_is_not_python_leaves_the_checks_working(student):
    folder = student(solved=True)
    (folder / "model.py").write_text("class Model(:\n", encoding="utf-8")
    client = client_in(folder, allow_errors=True)
    cells = {cell.id: (place, cell) for place, cell in enumerate(client.nb.cells)}
    with client.setup_kernel():
        for name in (SETUP, "Activation", "Model"):
            client.execute_cell(cells[name][1], cells[name][0])
    (error,) = cells[SETUP][1].outputs
    assert error.ename == "SyntaxError"
    assert "12 of 12 checks passed" in printed(cells["Activation"][1])
    assert "model.py is not valid Python (line 1" in printed(cells["Model"][1])


def test_every_text_is_in_both_languages():
    for cell in SOURCE.cells:
        if cell.cell_type == "markdown":
            texts = cell.metadata.languages
            assert list(texts) == list(LAB.languages)
            other = "中文版：" in texts["en"]  # the first cell says how to change
            assert bool(CHINESE.search(texts["en"])) == other, cell.id
            assert CHINESE.search(texts["zh-TW"]), cell.id
            assert cell.source.startswith(texts["en"])


def test_both_languages_say_as_much():
    for cell in SOURCE.cells:
        if cell.cell_type == "markdown":
            texts = cell.metadata.languages
            rows = [re.findall(PART, text, re.M) for text in texts.values()]
            assert rows[0] == rows[1]
            if cell.id.startswith("ask-"):
                assert [letter for letter, _ in rows[0]] == list("abcd")[: len(rows[0])]
                assert sum(int(points) for _, points in rows[0]) == 5, cell.id
            chinese = len(CHINESE.findall(texts["zh-TW"]))
            english = len(re.findall("[A-Za-z]+", texts["en"]))
            # A Chinese text has one and a half to two characters for an English word.
            assert 0.6 < chinese / english < 3, (cell.id, chinese, english)


def test_no_line_breaks_within_a_chinese_sentence():
    # Markdown would show each as a space.
    wide = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
    for cell in SOURCE.cells:
        if cell.cell_type == "markdown":
            text = cell.metadata.languages["zh-TW"]
            assert not re.search(rf"{wide}\**\n *\**{wide}", text), cell.id


def test_there_are_five_questions_of_five_points():
    cells = list(SOURCE.cells)
    asked = [cell for cell in cells if cell.id in QUESTIONS]
    assert [cell.id for cell in asked] == QUESTIONS
    for cell in asked:
        before = cells[cells.index(cell) - 1]
        assert before.id == cell.id.replace("question", "ask")
        assert before.metadata.nbgrader.locked and not before.metadata.nbgrader.grade
        settings = cell.metadata.nbgrader
        assert (settings.points, settings.grade, settings.solution) == (5, True, True)
        guide = cell.source.partition("### BEGIN SOLUTION")[2]
        points = re.findall(r"^- ([a-d]), (\d) points?:", guide, re.M)
        assert sum(int(count) for _, count in points) == 5
        assert points == re.findall(PART, before.source, re.M)
        assert "Typical wrong answers" in guide


def test_every_part_has_its_cell():
    check_parts(SOURCE, LAB.parts, LAB.notebook.name)
    points = {cell.id: cell.metadata.get("nbgrader", {}).get("points") for cell in SOURCE.cells}
    assert [points[part.name] for part in LAB.parts] == [20, 25, 30, 25]


def test_students_get_nothing_of_the_marking_guide():
    text = RELEASED.read_text(encoding="utf-8")
    cells = cells_of(nbformat.reads(text, as_version=4))
    for name in QUESTIONS:
        assert cells[name].source.endswith("\n\nYOUR ANSWER HERE")
        assert len(cells[name].source.splitlines()) == 3
    assert "Marking guide" not in text
    assert "SOLUTION" not in text
    assert json.loads(text)["metadata"]["kernelspec"]["name"] == "python3"
