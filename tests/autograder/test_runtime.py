"""The copy of Python and NumPy that a jail reads."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograder.jail import runtime
from autograder.jail.runtime import RuntimeUnavailable, cache_folder, prepare


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Copy a tiny library instead of the real one."""
    library = tmp_path / "stdlib"
    for name in ("os.py", "json/decoder.py", "test/test_os.py", "site-packages/evil.py"):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text("x = 1\n")
    monkeypatch.setattr(runtime.sysconfig, "get_path", lambda name: str(library))
    package = tmp_path / "installed" / "numpy"
    (package / "tests").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(np.__spec__, "origin", str(package / "__init__.py"))
    return tmp_path / "cache"


def test_the_real_one_has_what_a_computation_needs_and_no_more():
    made = prepare()
    assert made.python.is_file()
    assert (made.packages / "numpy" / "__init__.py").is_file()
    assert (made.engine / "autograder" / "jail" / "inside" / "worker.py").is_file()
    assert all(path.exists() for path in made.readable)
    names = {path.name for path in made.home.rglob("*")}
    assert not names & {"site-packages", "dist-packages", "pytest", "idlelib", "ensurepip"}
    assert not {path.name for path in (made.engine / "autograder").iterdir()} - {
        "jail",
        "__init__.py",
        "__pycache__",
    }


def test_everything_in_it_can_be_read_by_all_and_written_by_nobody_else():
    for path in prepare().engine.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o444 == 0o444
        assert not mode & 0o022


def test_it_is_made_once(small, monkeypatch):
    first = prepare(small)
    monkeypatch.setattr(runtime, "_copy_python", lambda draft: 1 / 0)
    monkeypatch.setattr(runtime, "_copy_engine", lambda draft: 1 / 0)
    assert prepare(small) == first
    library = first.home / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert sorted(p.name for p in library.iterdir() if p.name != "__pycache__") == ["json", "os.py"]
    assert not (first.packages / "numpy" / "tests").exists()


def test_another_engine_is_another_copy(small, monkeypatch, tmp_path):
    first = prepare(small)
    changed = tmp_path / "jail"
    shutil.copytree(runtime._inside_folder(), changed)
    (changed / "worker.py").write_text("x = 2\n")
    monkeypatch.setattr(runtime, "_inside_folder", lambda: changed)
    second = prepare(small)
    assert second.home == first.home
    assert second.engine != first.engine


def test_two_preparations_at_once_do_no_harm(small):
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: prepare(small), range(4)))
    assert len(made) == 1
    assert len(list(small.iterdir())) == 3  # no drafts are left


@pytest.mark.slow
def test_two_processes_at_once_do_no_harm(tmp_path):
    code = (
        "import sys; from pathlib import Path; from autograder.jail import runtime\n"
        "runtime._copy_python = lambda d: (d / 'manifest.json').write_text("
        '\'{"python": "/x", "libraries": []}\')\n'
        "print(runtime.prepare(Path(sys.argv[1])).engine)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate()[0] for process in running}) == 1
    assert [process.returncode for process in running] == [0, 0, 0]


def test_a_rename_that_fails_for_another_reason_is_told(small, monkeypatch):
    def fail(self, target):
        raise OSError("no room")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(RuntimeUnavailable, match="no room"):
        prepare(small)


@pytest.mark.parametrize("place", ["under a file", "damaged"])
def test_a_cache_that_cannot_be_used_says_what_to_do(small, place):
    if place == "under a file":
        small.write_text("a file")
    else:
        (prepare(small).home / "manifest.json").unlink()
    with pytest.raises(RuntimeUnavailable, match="XDG_CACHE_HOME") as caught:
        prepare(small)
    assert str(small) in str(caught.value)


@pytest.mark.skipif(os.getuid() == 0, reason="root can write everywhere")
def test_a_cache_that_cannot_be_written_to_says_what_to_do(small):
    small.mkdir(mode=0o500)
    with pytest.raises(RuntimeUnavailable, match=r"Permission denied.*XDG_CACHE_HOME"):
        prepare(small)


def test_where_copies_are_kept(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert cache_folder() == Path("/var/cache/autograder")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_folder() == Path("/elsewhere/autograder")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_folder() == Path("/home/somebody/.cache/autograder")


def test_a_user_without_a_home_is_told_what_to_do(monkeypatch):
    def fail():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(os, "getuid", lambda: 12345)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", fail)
    with pytest.raises(RuntimeUnavailable, match="XDG_CACHE_HOME"):
        prepare()


def test_a_chmod_that_fails_is_told(small, monkeypatch):
    def fail(self, mode):
        raise PermissionError("not allowed")

    monkeypatch.setattr(runtime, "_libraries", lambda *_: [])
    monkeypatch.setattr(Path, "chmod", fail)
    with pytest.raises(RuntimeUnavailable, match="not allowed"):
        prepare(small)


@pytest.mark.parametrize("place", ["the cache", "the copy", "the engine"])
def test_a_cache_that_others_can_write_to_is_not_used(small, place):
    made = prepare(small)
    folder = {"the cache": small, "the copy": made.home, "the engine": made.engine}[place]
    folder.chmod(0o757)
    with pytest.raises(RuntimeUnavailable, match="others can write to it") as caught:
        prepare(small)
    assert str(folder) in str(caught.value)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give folders away")
@pytest.mark.parametrize("place", ["the cache", "the copy", "the engine"])
def test_a_cache_of_another_user_is_not_used(small, place):
    made = prepare(small)
    folder = {"the cache": small, "the copy": made.home, "the engine": made.engine}[place]
    os.chown(folder, 12345, -1)
    with pytest.raises(RuntimeUnavailable, match=r"belongs to another user.*remove it"):
        prepare(small)


def test_a_cache_is_made_so_that_it_is_used_again(small):
    before = os.umask(0o002)
    try:
        assert prepare(small) == prepare(small)
    finally:
        os.umask(before)


def test_without_ldd_there_are_no_libraries(monkeypatch, tmp_path):
    monkeypatch.setattr(runtime, "find_program", lambda name: None)
    assert runtime._libraries(Path(sys.executable), tmp_path) == []


def test_the_libraries_are_files():
    assert all(path.is_file() for path in prepare().libraries)
