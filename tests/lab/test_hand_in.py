"""What students hand in with: the archive, its receipt, and what is refused."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.intake.entries import Entry
from autograder.intake.submission import read_submission
from autograder.lab_file import load_lab
from tests.lab.test_public_checks import FILES, PUBLIC, ROOT, folder, run  # noqa: F401

LAB = load_lab(ROOT / "lab.toml")
NOTEBOOK = "lab1.ipynb"


@pytest.fixture
def hand_in(monkeypatch, tmp_path):
    """The module, for a folder with the solution; its checks take no time here."""
    monkeypatch.syspath_prepend(PUBLIC)
    monkeypatch.setenv("LAB_LANG", "en")
    module = importlib.import_module("hand_in")
    place = tmp_path / "lab"
    place.mkdir()
    for file in FILES:
        shutil.copy(ROOT / "solution" / file, place)
    shutil.copy(ROOT / LAB.release.folder / NOTEBOOK, place)
    monkeypatch.setattr(module, "FOLDER", place)
    monkeypatch.setattr(module, "REMEMBERED", place / ".student-id")
    monkeypatch.setattr(module, "check_files", lambda: (["checked"], True))
    monkeypatch.setattr(module, "speak_to", lambda *streams: None)
    return module


def answer(notebook, numbers=range(1, 6)):
    """Fill in the answers to these questions."""
    for number, cell in enumerate(cells_of(notebook), 1):
        if number in numbers:
            cell["source"] = "".join(cell["source"]).replace("YOUR ANSWER HERE", "因為 it is so.")
    return notebook


def executed(notebook):
    """Number the code cells, as running them does."""
    for number, cell in enumerate(c for c in notebook["cells"] if c["cell_type"] == "code"):
        cell["execution_count"] = number
    return notebook


def cells_of(notebook):
    return [c for c in notebook["cells"] if "YOUR ANSWER HERE" in "".join(c["source"])]


def notebook_in(place):
    return json.loads((place / NOTEBOOK).read_text(encoding="utf-8"))


def write(place, notebook):
    (place / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")


def test_the_receipt_has_the_digest_of_the_grade(folder):  # noqa: F811
    shutil.copy(ROOT / LAB.release.folder / NOTEBOOK, folder)
    for junk in (".venv/lib/site.py", "__pycache__/model.pyc", "model_old.py"):
        (folder / junk).parent.mkdir(parents=True, exist_ok=True)
        (folder / junk).write_text("junk")
    status, text = run(folder, "hand_in.py", "112550001")
    assert status == 1
    assert "37 of 37 checks passed." in text
    assert "Questions without an answer: 1, 2, 3, 4, 5." in text
    archive = folder / "112550001.zip"
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == [*sorted([*FILES, NOTEBOOK])]
        packed.extractall(folder / "unpacked")
    first = archive.read_bytes()
    (digest,) = re.findall(r"^  (sha256:\w{64})$", text, re.M)
    for path in (archive, folder / "unpacked"):
        assert read_submission(Entry("112550001", path), LAB).digest == digest
    for file in FILES:  # as a platform may change them
        path = folder / "unpacked" / file
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_submission(Entry("112550001", folder / "unpacked"), LAB).digest == digest
    sums = subprocess.run(["sha256sum", *FILES], cwd=folder, capture_output=True).stdout
    whole = subprocess.run(["sha256sum"], input=sums, capture_output=True).stdout.decode()
    assert digest == f"sha256:{whole.split()[0]}"
    write(folder, answer(executed(notebook_in(folder))))
    status, text = run(folder, "hand_in.py", "--lang", "zh-TW")  # the ID is remembered
    assert (status, digest in text) == (0, True), text
    assert "沿用上一次的學號：112550001" in text
    assert "5 題都已作答" in text
    assert archive.read_bytes() != first


def test_the_same_files_make_the_same_archive(hand_in):
    assert hand_in.main(["a1"]) == 1
    first = (hand_in.FOLDER / "a1.zip").read_bytes()
    for file in FILES:
        os.utime(hand_in.FOLDER / file, (0, 0))
    hand_in.main(["a2"])
    assert (hand_in.FOLDER / "a2.zip").read_bytes() == first


@pytest.mark.parametrize(
    ("given", "name"),
    [("１１２５５０００１", "112550001"), (" b09-x.zip", "b09-x"), ("s_1", "s_1")],
)
def test_an_id_is_taken(hand_in, given, name):
    hand_in.main([given])
    assert (hand_in.FOLDER / f"{name}.zip").is_file()
    assert hand_in.student_id("") == name


@pytest.mark.parametrize("given", ["a/b", "..", "王小明", "a b", "x" * 41, "con", "COM1", "a."])
def test_an_id_that_can_name_no_file_is_refused(hand_in, given, capsys):
    assert hand_in.main([given]) == 2
    assert "can't be named" in capsys.readouterr().err
    assert not list(hand_in.FOLDER.parent.rglob("*.zip"))


def test_without_an_id_it_says_how_to_give_one(hand_in, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115, PTH123
    assert hand_in.main([]) == 2
    assert "python hand_in.py 112550001" in capsys.readouterr().err
    assert hand_in.main(["a", "b"]) == 2
    assert hand_in.main(["--help"]) == 0


def large(path):
    path.write_bytes(b"#" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (Path.unlink, "There is no model.py in this folder."),
        (lambda p: p.rename(p.with_name("Model.py")), "but there is Model.py: rename it"),
        (large, "model.py is larger than 1 MiB"),
        (lambda p: (p.unlink(), p.symlink_to("linear_layer.py")), "is a link or a folder"),
        (lambda p: (p.unlink(), p.mkdir()), "is a link or a folder"),
    ],
)
def test_what_is_refused_is_explained(hand_in, spoil, told, capsys):
    spoil(hand_in.FOLDER / "model.py")
    assert hand_in.main(["a1"]) == 2
    text = capsys.readouterr().err
    assert text.startswith("Nothing was packed. ")
    assert told in text
    assert not (hand_in.FOLDER / "a1.zip").exists()


def test_an_archive_that_cannot_be_written_leaves_nothing_behind(hand_in, capsys):
    (hand_in.FOLDER / "a1.zip").mkdir()
    before = set(hand_in.FOLDER.iterdir())
    assert hand_in.main(["a1"]) == 2
    assert "a1.zip can't be written" in capsys.readouterr().err
    assert set(hand_in.FOLDER.iterdir()) == before


def test_the_limits_are_the_lab_s(hand_in):
    limits = LAB.limits
    told = [hand_in.FILE_KIB, hand_in.NOTEBOOK_KIB, hand_in.ARCHIVE_KIB]
    assert told == [limits.file_kib, limits.notebook_kib, limits.archive_mib << 10]
    assert set(hand_in.FILES) == set(LAB.files)


def bare(notebook):
    """As an editor leaves a notebook that knows nothing of nbgrader."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def old(notebook):
    """In the third version of the format."""
    cells = [
        {"cell_type": c["cell_type"], "source": c["source"], "prompt_number": 1}
        for c in notebook["cells"]
    ]
    return {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}


@pytest.mark.parametrize("change", [lambda notebook: notebook, bare, old], ids=["", "bare", "old"])
def test_answers_are_found_in_any_notebook(hand_in, change):
    notebook = answer(executed(notebook_in(hand_in.FOLDER)), (1, 2, 4))
    write(hand_in.FOLDER, change(notebook))
    assert hand_in.check_notebook() == (["Questions without an answer: 3, 5."], False)
    write(hand_in.FOLDER, change(answer(notebook)))
    assert hand_in.check_notebook() == (["Questions that have an answer: all 5."], True)


def test_a_notebook_that_was_not_run_is_told(hand_in):
    notebook = answer(executed(notebook_in(hand_in.FOLDER)))
    first, second, *_ = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    first["execution_count"] = None
    second["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    write(hand_in.FOLDER, notebook)
    lines, finished = hand_in.check_notebook()
    assert not finished
    assert lines[1:] == [
        "lab1.ipynb: code cells without a result: 1. Run all cells and save the notebook.",
        "lab1.ipynb: code cells that ended with an error: 1.",
    ]


def test_a_very_short_answer_is_told(hand_in):
    notebook = answer(executed(notebook_in(hand_in.FOLDER)))
    cell = next(c for c in notebook["cells"] if "因為 it is so" in "".join(c["source"]))
    cell["source"] = cell["source"].replace("因為 it is so.", "不會")
    write(hand_in.FOLDER, notebook)
    lines, finished = hand_in.check_notebook()
    assert finished and lines[1] == "Questions answered in a word or two: 1."


def test_an_answer_that_was_taken_out_is_missing(hand_in):
    notebook = answer(notebook_in(hand_in.FOLDER))
    cells = [c for c in notebook["cells"] if "因為 it is so" in "".join(c["source"])]
    cells[1]["source"] = ["**Your answer to question 2**\n", "\n", " \n"]
    notebook["cells"].remove(cells[2])
    write(hand_in.FOLDER, notebook)
    assert hand_in.check_notebook()[0][0] == "Questions without an answer: 2, 3."


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"cells": 3}', b"[" * 100_000]
)
def test_what_is_no_notebook_is_refused(hand_in, content, capsys):
    (hand_in.FOLDER / NOTEBOOK).write_bytes(content)
    assert hand_in.main(["a1"]) == 2
    assert "lab1.ipynb can't be read as a notebook" in capsys.readouterr().err
    assert not (hand_in.FOLDER / "a1.zip").exists()


def test_another_notebook_or_none_is_told(hand_in, capsys):
    (hand_in.FOLDER / NOTEBOOK).write_bytes(b'{"cells": [3, {}]}')
    assert hand_in.main(["a1"]) == 1
    assert "none of the cells for your answers" in capsys.readouterr().out
    (hand_in.FOLDER / NOTEBOOK).unlink()
    assert hand_in.main(["a1"]) == 1
    assert f"there is no {NOTEBOOK}" in capsys.readouterr().out


def test_a_click_in_the_editor_runs_what_is_there():
    release = ROOT / LAB.release.folder
    tasks = json.loads((release / ".vscode/tasks.json").read_text(encoding="utf-8"))["tasks"]
    commands = {"check.py", "gradient_check.py", "inspect_network.py", "hand_in.py"}
    assert {task["args"][0] for task in tasks} == commands
    for task in tasks:
        assert (release / task["args"][0]).is_file()
    settings = json.loads((release / ".vscode/settings.json").read_text(encoding="utf-8"))
    assert (release / settings["python.testing.pytestArgs"][0]).is_dir()
    container = json.loads((release / ".devcontainer/devcontainer.json").read_text("utf-8"))
    assert (release / container["postCreateCommand"].split()[-1]).is_file()
