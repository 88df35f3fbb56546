"""Where the secret of the draws is kept: made once, whole, and for its owner's eyes."""

import multiprocessing
import os
import re
import stat
from dataclasses import replace

import pytest

from autograder import secret
from autograder.draws import PUBLIC_SECRET
from autograder.errors import UserError
from autograder.secret import FILE_NAME, FILE_VARIABLE, VARIABLE, SecretError, find_secret
from tests.autograder.conftest import write_files


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv(VARIABLE)


def test_it_is_made_once_and_said_so(lab, capsys):
    made = find_secret(lab)
    path = lab.root / FILE_NAME
    out, err = capsys.readouterr()
    assert not out and err.count("\n") == 1 and str(path) in err and made.hex() not in err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made) == len(PUBLIC_SECRET) and made != PUBLIC_SECRET
    assert find_secret(lab) == made
    assert capsys.readouterr() == ("", "")
    assert [entry.name for entry in lab.root.iterdir() if "secret" in entry.name] == [FILE_NAME]


def test_each_lab_has_its_own(lab, tmp_path):
    other = replace(lab, root=tmp_path)
    assert find_secret(lab) != find_secret(other)


def test_a_variable_takes_its_place(lab, monkeypatch):
    monkeypatch.setenv(VARIABLE, f" {'ab' * 32}\n")
    assert find_secret(lab) == bytes.fromhex("ab" * 32)
    assert not (lab.root / FILE_NAME).exists()
    monkeypatch.setenv(VARIABLE, "")  # as where CI has no such secret
    assert find_secret(lab).hex() != "ab" * 32


def test_a_variable_names_its_file(lab, monkeypatch, tmp_path):
    path = tmp_path / "elsewhere/secret"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    made = find_secret(lab)
    assert bytes.fromhex(path.read_text().strip()) == made == find_secret(lab)
    assert not (lab.root / FILE_NAME).exists()
    monkeypatch.setenv(VARIABLE, "ab" * 32)
    assert find_secret(lab).hex() == "ab" * 32
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv(FILE_VARIABLE, "")
    assert find_secret(lab) != made


def test_a_bad_variable_is_said(lab, monkeypatch):
    for bad in ("0", "xy" * 32, "ab" * 33, "é" * 64, "٣" * 64):
        monkeypatch.setenv(VARIABLE, bad)
        with pytest.raises(SecretError, match=f"{VARIABLE} should be 64 hex") as caught:
            find_secret(lab)
        assert bad not in str(caught.value) or bad == "0"


def find(lab, start, results):
    start.wait()
    results.put(find_secret(lab).hex())


def test_runs_at_once_make_one(lab):
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    processes = [context.Process(target=find, args=(lab, start, results)) for _ in range(8)]
    for process in processes:
        process.start()
    start.set()
    found = {results.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert found == {(lab.root / FILE_NAME).read_text().strip()}


def test_one_that_was_made_meanwhile_stays(lab, monkeypatch, capsys):
    """As if another run had been faster by a moment."""
    path = lab.root / FILE_NAME
    make = secret._make

    def slow(path):
        write_files(lab.root, {FILE_NAME: "cd" * 32 + "\n"})
        path.chmod(0o600)
        make(path)

    monkeypatch.setattr(secret, "_make", slow)
    assert find_secret(lab).hex() == "cd" * 32
    assert path.read_text() == "cd" * 32 + "\n"
    assert capsys.readouterr().err == ""


def problem(lab):
    """Give what is said, which must be one sentence of the file's name."""
    with pytest.raises(UserError) as caught:
        find_secret(lab)
    text = str(caught.value)
    assert str(lab.root / FILE_NAME) in text and "\n" not in text
    return text


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "ab" * 10_000, b"\xff" * 64, "-1"])
def test_a_damaged_one_is_not_used(lab, content):
    path = lab.root / FILE_NAME
    write_files(lab.root, {FILE_NAME: content})
    path.chmod(0o600)
    assert "should be 64 hexadecimal digits" in problem(lab)
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o604, 0o610])
def test_one_that_others_can_use_is_not_used(lab, mode):
    find_secret(lab)
    (lab.root / FILE_NAME).chmod(mode)
    assert "chmod 600" in problem(lab)


def test_what_is_no_file_is_said(lab, tmp_path):
    path = lab.root / FILE_NAME
    path.mkdir(mode=0o700)
    assert "Is a directory" in problem(lab)
    path.rmdir()
    os.mkfifo(path, 0o600)  # reading it would wait for ever
    assert "ordinary file" in problem(lab)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert "No such file" in problem(lab)


@pytest.mark.parametrize("step", ["hardlink_to", "mkstemp"])
def test_a_folder_that_cannot_be_written_is_said(lab, monkeypatch, step):
    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    owner = {"hardlink_to": "pathlib.Path", "mkstemp": "tempfile"}[step]
    monkeypatch.setattr(f"{owner}.{step}", fail)
    assert f"give one in the variable {VARIABLE}" in problem(lab)
    assert not [entry for entry in lab.root.iterdir() if "secret" in entry.name]


def test_one_that_cannot_be_read_is_said(lab, monkeypatch):
    find_secret(lab)

    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(secret.os, "open", fail)
    assert "Permission denied" in problem(lab)


def test_a_run_makes_it_and_a_record_names_it(here, lab, capsys):
    assert here("grade", "--out", "out") == 0
    err = capsys.readouterr().err
    assert re.search(r"made the secret of the draws, .*/\.secret", err)
    kept = (lab.root / FILE_NAME).read_text().strip()
    text = "".join(path.read_text() for path in (lab.root.parent / "out").rglob("*.*"))
    assert re.search(r'"secret": "[0-9a-f]{16}"', text)
    assert kept not in text and kept not in err


def test_a_damaged_one_ends_a_run_with_a_sentence(here, lab, capsys):
    write_files(lab.root, {FILE_NAME: "x"})
    (lab.root / FILE_NAME).chmod(0o600)
    assert here("grade", "--out", "out") == 2
    assert "should be 64 hexadecimal digits" in capsys.readouterr().err


def test_students_do_not_get_it(here, lab):
    path = lab.root / "lab.toml"
    path.write_text(path.read_text() + '"all" = "hidden"\n')
    write_files(lab.suite, {FILE_NAME: "ab" * 32})
    assert here("release") == 0
    assert (lab.root / "handed-out/all/test_doubler.py").is_file()
    assert not list((lab.root / "handed-out").rglob(f"*{FILE_NAME}*"))
