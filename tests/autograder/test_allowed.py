"""What a lab allows student code to import and to read: it is there, and nothing else is."""

import contextlib
import shutil
from dataclasses import replace

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner.examiners import Examiners
from autograder.grading import Run, grade_entry
from autograder.intake.entries import Entry
from autograder.jail.packages import PackageUnavailable, copy_packages, distributions, pinned
from autograder.jail.probe import find_sandbox
from autograder.jail.runtime import copy_data
from autograder.jail.sandbox import SandboxError
from autograder.lab_file import load_lab
from autograder.results.keys import keys_of
from tests.autograder.conftest import (
    SUITE_HEAD,
    check_source,
    grade_here,
    messages,
    outcomes,
    write_files,
    write_lab,
)

POINTS = "1.0,2.0\n3.0,4.0\n"
READ = (
    "from pathlib import Path\n"
    "import numpy as np\n"
    "import tinypkg\n"
    "def total():\n"
    "    return tinypkg.plus(np.loadtxt(Path(__file__).with_name('points.csv'), delimiter=',')"
    ".sum())\n"
)
SUITE = check_source("assert_number(student.total(), 11.0, 'what total returns')", points=3)


def install(folder, name="tinypkg", requires=(), record=(), code="def plus(x): return x + 1\n"):
    """Install a package of one module, as pip would."""
    info = f"{name}-1.0.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    files = [f"{name}/__init__.py", f"{name}/tests/test_it.py", f"{info}/METADATA"]
    files += [f"{info}/RECORD", f"{info}/direct_url.json", "../../bin/tool", "x.pth", *record]
    write_files(
        folder,
        {
            f"{name}/__init__.py": code,
            f"{name}/tests/test_it.py": "",
            f"{info}/METADATA": "\n".join(lines) + "\n",
            f"{info}/RECORD": "".join(f"{file},,\n" for file in files),
            f"{info}/direct_url.json": "{}",
            "x.pth": "import os",
        },
    )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a run of a lab with a package and data, of which nothing is left afterwards."""
    root = tmp_path_factory.mktemp("allowed")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(install(root / "site")))
        lab = write_lab(
            root / "lab",
            {"test_total.py": SUITE},
            tasks={"total": "total.py"},
            more="packages = ['tinypkg']",
        )
        write_files(lab.reference, {"total.py": READ, "points.csv": POINTS, "maps/m.txt": "#"})
        path = lab.root / "lab.toml"
        text = path.read_text().replace("packages", "data = ['points.csv', 'maps']\npackages", 1)
        path.write_text(text)
        lab = load_lab(path)
        sandbox = find_sandbox(lab)
        yield Run(lab, sandbox, Draws(0, PUBLIC_SECRET))
        shutil.rmtree(sandbox.runtime.allowed)
        shutil.rmtree(sandbox.data)


@pytest.fixture
def total(run, tmp_path):
    """Give a function that grades a file."""

    def grade(source):
        return grade_here(run, Entry("s1", write_files(tmp_path / "s1", {"total.py": source})))

    return grade


def test_a_package_and_data_are_there(total):
    assert total(READ).score == 3


def test_examiners_have_them_too(run, tmp_path):
    """The catalogue's mistakes are run where the suites are."""
    files = {"total.py": READ.encode()}
    wrong = {"total.py": READ.replace("sum", "mean").encode()}
    with Examiners(run.lab, run.sandbox, run.draws, 1) as examiners:
        ran = examiners.submit(
            lambda supervisor: supervisor.run_variants(run.draws, {"right": files, "wrong": wrong})
        )
        assert [passed for _, _, passed in ran.result()] == [True, False]
        entry = Entry("s1", write_files(tmp_path / "s1", files))
        graded = examiners.submit(lambda supervisor: grade_entry(run, entry, supervisor))
        assert graded.result().score == 3


@pytest.mark.parametrize("name", ["pytest", "iniconfig", "autograder.checks", "tinypkg.tests"])
def test_nothing_else_can_be_imported(total, name):
    grade = total(f"import {name}\n{READ}")
    assert list(outcomes(grade).values()) == ["failed"]
    if "." not in name:
        assert "there are only NumPy, tinypkg, the standard library and, of your own files, " in (
            messages(grade)
        )


@pytest.mark.parametrize(
    "path",
    [
        "{lab}/hidden/test_total.py",
        "{lab}/solution/total.py",
        "{lab}/lab.toml",
        "{here}/../lab",
        "../hidden/test_total.py",
        "..",
        "/etc/passwd",
        "/proc/self/environ",
    ],
)
def test_nothing_hidden_can_be_read(total, run, path):
    """Student code says by its answer whether it could read something."""
    path = path.format(lab=run.lab.root, here=run.sandbox.data)
    source = (
        f"import os\ndef total():\n    try:\n        os.listdir({path!r})\n"
        f"    except NotADirectoryError:\n        open({path!r}).read()\n    return 11.0\n"
    )
    grade = total(source)
    assert list(outcomes(grade).values()) == ["failed"], path
    assert "PermissionError" in messages(grade) or "OSError" in messages(grade)


def test_only_the_data_lie_beside_the_students_files(total):
    listed = (
        "from pathlib import Path\ndef total():\n    here = Path(__file__).parent\n"
        "    names = sorted(p.relative_to(here).as_posix() for p in here.rglob('*'))\n"
        "    assert names == ['maps', 'maps/m.txt', 'points.csv'], names\n    return 11.0\n"
    )
    assert total(listed).score == 3


def test_data_can_not_be_written(total):
    grade = total("def total():\n    open('points.csv', 'a').write('x')\n    return 11.0\n")
    assert list(outcomes(grade).values()) == ["failed"]


def test_without_a_sandbox_the_data_are_there_alone(run):
    sandbox = find_sandbox(run.lab, "none")
    assert sandbox.layers == ()
    assert sorted(path.name for path in sandbox.data.iterdir()) == ["maps", "points.csv"]


def test_the_key_of_a_grade_changes_with_them(run, monkeypatch):
    before = keys_of(run)
    (run.lab.reference / "points.csv").write_text("5,6\n")
    changed = keys_of(run)
    (run.lab.reference / "points.csv").write_text(POINTS)
    assert {name for name in before if before[name] != changed[name]} == {"lab", "hints"}
    monkeypatch.setattr("autograder.results.keys.pinned", lambda _: ["tinypkg==2.0"])
    assert {n for n, key in keys_of(run).items() if key != before[n]} == {"versions"}


def test_other_data_are_another_copy(tmp_path):
    paths = []
    for text in ("1", "2"):
        (tmp_path / "a.csv").write_text(text)
        paths.append(copy_data({"deep/a.csv": tmp_path / "a.csv"}, tmp_path / "cache"))
    assert [(path / "deep" / "a.csv").read_text() for path in paths] == ["1", "2"]


# Packages


def test_a_package_brings_what_it_needs(tmp_path, monkeypatch):
    needs = ["numpy>=1", "other-pkg", "gone; extra == 'all'", "gone; python_version < '3'"]
    monkeypatch.syspath_prepend(str(install(tmp_path, requires=needs)))
    install(tmp_path, "other_pkg", requires=["tinypkg"])
    assert pinned(["tinypkg"]) == ["other_pkg==1.0", "tinypkg==1.0"]
    copy_packages(distributions(["tinypkg"]), tmp_path / "copy")
    names = sorted(p.relative_to(tmp_path / "copy").as_posix() for p in
                   (tmp_path / "copy").rglob("*") if p.is_file())  # fmt: skip
    assert names == [
        "other_pkg-1.0.dist-info/METADATA",
        "other_pkg/__init__.py",
        "tinypkg-1.0.dist-info/METADATA",
        "tinypkg/__init__.py",
    ]


def test_a_package_that_is_not_there_is_named(tmp_path, monkeypatch):
    with pytest.raises(PackageUnavailable, match=r"allows the package nowhere, .* pip install no"):
        distributions(["nowhere"])
    monkeypatch.syspath_prepend(str(install(tmp_path, requires=["nowhere"])))
    with pytest.raises(PackageUnavailable, match="tinypkg needs the package nowhere, which is not"):
        distributions(["tinypkg"])
    lab = replace(write_lab(tmp_path / "lab"), packages=("nowhere",))
    with pytest.raises(SandboxError, match="python -m pip install nowhere"):
        find_sandbox(lab)


def test_a_package_that_is_a_link_to_its_sources_is_refused(tmp_path, monkeypatch):
    info = "linked-1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: linked\nVersion: 1.0\n"
    record = f"linked.pth,,\n{info}/METADATA,,\n"
    write_files(tmp_path, {f"{info}/METADATA": metadata, f"{info}/RECORD": record})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PackageUnavailable, match="linked is installed as a link to its sources"):
        copy_packages(distributions(["linked"]), tmp_path / "copy")


@pytest.mark.parametrize("kind", ["link", "folder", "absolute", "above"])
def test_a_package_can_not_bring_files_from_elsewhere(tmp_path, monkeypatch, kind):
    """Else what students may read would depend on what somebody has put into a package."""
    secret = write_files(tmp_path / "hidden", {"test_it.py": "SECRET"}) / "test_it.py"
    record = {"link": "tinypkg/a.py", "folder": "tinypkg/b/test_it.py"}.get(kind)
    record = record or (str(secret) if kind == "absolute" else "../hidden/test_it.py")
    site = install(tmp_path / "site", record=[record])
    if kind == "link":
        (site / record).symlink_to(secret)
    if kind == "folder":
        (site / "tinypkg" / "b").symlink_to(secret.parent)
    monkeypatch.syspath_prepend(str(site))
    copy = tmp_path / "copy"
    refused = pytest.raises(PackageUnavailable, match="has files outside of")
    with refused if kind in ("link", "folder") else contextlib.nullcontext():
        copy_packages(distributions(["tinypkg"]), copy)
    assert not any("SECRET" in p.read_text() for p in copy.rglob("*") if p.is_file())


# Limits of a part

SLOW = (
    SUITE_HEAD
    + '''

@pytest.mark.check(points=1)
def test_{name}(student):
    """it waits"""
    assert_number(student.{name}(), 1.0, "what it returns")
'''
)


def test_a_part_has_limits_of_its_own(tmp_path, grade):
    lab = write_lab(
        tmp_path / "lab",
        {f"test_{name}.py": SLOW.format(name=name) for name in ("fast", "slow")},
        tasks={"fast": "own.py", "slow": "own.py"},
    )
    fast, slow = lab.parts
    lab = replace(lab, parts=(replace(fast, limits={"call": 0.2}), slow))
    source = "import time\ndef fast():\n    time.sleep(0.6)\n    return 1.0\nslow = fast\n"
    found = grade(lab, {"own.py": source})
    assert outcomes(found) == {"test_fast": "timeout", "test_slow": "passed"}
    assert "over 0.2 s" in messages(found)
