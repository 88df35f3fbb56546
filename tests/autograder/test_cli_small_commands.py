"""The commands ``release``, ``verify``, ``review`` and ``hint``."""

from autograder.cli import LOW, OK, USAGE
from autograder.jail import probe
from autograder.jail.sandbox import LOCKDOWN
from autograder.release.notebook import BEGIN, END
from tests.autograder.conftest import DOUBLER, RIGHT, sandbox_of, write_files


def test_a_release_is_made_and_checked(here, lab, capsys):
    marked = (
        DOUBLER.replace("        return", f"        {BEGIN}\n        return") + f"        {END}\n"
    )
    write_files(lab.reference, {"doubler.py": marked})
    assert here("release", "--check") == LOW
    assert "is missing from handed-out/; run make release" in capsys.readouterr().err
    assert here("release") == OK
    assert here("release", "--check") == OK


def test_a_release_that_cannot_be_made_is_wrong_usage(here, lab, capsys):
    write_files(lab.reference, {"doubler.py": f"{BEGIN}\nx = 1\n{END}\n{DOUBLER}"})
    assert here("release") == USAGE
    assert "outside of functions" in capsys.readouterr().err


def test_suites_are_proved(here, lab, capsys, monkeypatch):
    monkeypatch.setattr(probe, "find_sandbox", lambda *_, **__: sandbox_of(LOCKDOWN))
    assert here("verify", "--jobs", 1, "--seeds", 1) == LOW
    captured = capsys.readouterr()
    assert "no mistake is caught by" in captured.err
    assert "0 mistakes, 3 checks: not proved, 1 problem" in captured.out
    assert here("prove", "--jobs", 1, "--seeds", 2) == OK
    assert "1 right solution, 0 mistakes and 0 pairs of them, 2 seeds" in capsys.readouterr().out


def test_a_class_is_reviewed(here, lab, capsys):
    write_files(lab.sample / "s2", RIGHT | {"doubler.py": DOUBLER.replace("2.0", "3.0")})
    assert here("grade", "--out", "out") == OK
    assert here("review", "out") == OK
    assert "2 students" in capsys.readouterr().out
    assert here("review", lab.sample) == USAGE


def hint(student, submissions, **changes):
    words = {"--student": student, "--part": "Doubler"} | changes
    words = {"--check": "test_doubler.py::test_forward"} | words
    hints = ["--hint", "en=No.", "--hint", "zh-TW=不。"]
    words = [*hints, *(word for pair in words.items() for word in pair)]
    return ["hint", "a-mistake", submissions, *words]


def test_a_hint_is_added(here, lab, capsys):
    path = lab.root / "lab.toml"
    path.write_text(path.read_text().replace("[tasks]", 'mistakes = "wrong"\n[tasks]'))
    (lab.root / "wrong").mkdir()
    assert here(*hint("s1", lab.sample)) == OK
    assert "added a-mistake" in capsys.readouterr().out
    assert here(*hint("s1", lab.sample)) == USAGE
    assert here(*hint("nobody", lab.sample)) == USAGE
    assert "there is no student 'nobody'" in capsys.readouterr().err
    write_files(lab.sample, {"s2.rar": "x"})
    assert here(*hint("s2.rar", lab.sample)) == USAGE
    assert "not a folder" in capsys.readouterr().err
