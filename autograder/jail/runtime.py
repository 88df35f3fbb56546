"""A copy of Python's standard library and NumPy that a locked-down process may read.

A copy, because the originals lie beside what a submission must not read or use (other packages in
``site-packages``), or in a folder that only root can enter. It is made once for each version of
Python and NumPy, with everything compiled, and kept in ``/var/cache/autograder`` (root) or
``~/.cache/autograder`` (everybody else).
"""

from __future__ import annotations

import compileall
import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.jail.packages import PackageUnavailable, copy_packages, distributions, pinned
from autograder.jail.scratch import Scratch
from autograder.jail.trust import find_program, is_ours

#: Parts of the standard library that no computation needs, and what is not part of it.
LEFT_OUT = shutil.ignore_patterns(
    *("site-packages", "dist-packages", "sitecustomize.py", "EXTERNALLY-MANAGED", "config-*"),
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "pydoc_data"),
    *(
        "_pyrepl",
        "venv",
        "_tkinter*",
        "nis.*",
        "*.a",
        "*.exe",
        "include",
        "*.pyi",
        "_tests",
        "*_test*.so",
    ),
)


_PACKAGE = Path(__file__).parents[1]
#: In a folder of packages, the shared libraries that they load.
_LIBRARIES = "libraries.json"
#: pytest, and the distributions that it imports.
_PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


class RuntimeUnavailable(Exception):
    """The copy can't be made here; the text says why and what to do."""


@dataclass(frozen=True)
class Runtime:
    """Where a jailed process finds its code.

    Attributes
    ----------
    python
        The interpreter.
    home
        The copy of the standard library, as ``PYTHONHOME`` wants it.
    packages
        The folder with NumPy.
    engine
        The folder with ``autograder.jail.inside``.
    grader
        The folder with all of the engine and with pytest, which only examiners may read.
    libraries
        The shared libraries that all of these load.
    allowed
        The folder with the packages that a lab allows besides; None if it allows none.
    """

    python: Path
    home: Path
    packages: Path
    engine: Path
    grader: Path
    libraries: tuple[Path, ...]
    allowed: Path | None = None

    @property
    def readable(self) -> list[Path]:
        """Everything that a jailed process must be able to read, whatever it is for."""
        allowed = [self.allowed] if self.allowed else []
        return [self.home, self.packages, *allowed, *self.libraries]


def cache_folder() -> Path:
    """Return where copies are kept."""
    if os.getuid() == 0:
        return Path("/var/cache/autograder")
    cache = os.environ.get("XDG_CACHE_HOME")
    return Path(cache if cache else Path.home() / ".cache") / "autograder"


def prepare(cache: Path | None = None, packages: Sequence[str] = ()) -> Runtime:
    """Return the runtime, making the copy if there is none.

    Parameters
    ----------
    cache
        Where copies are kept, `cache_folder` by default.
    packages
        What a lab allows besides NumPy.

    Raises
    ------
    RuntimeUnavailable
        If the copy can't be made.
    """
    try:
        cache = cache or cache_folder()
        version = [sys.version, importlib.metadata.version("numpy")]
        home = _once(cache, "python", [*version, sys.base_prefix], _copy_python)
        engine = _once(cache, "engine", [_fingerprint(_inside_folder())], _copy_engine)
        versions = [importlib.metadata.version(name) for name in _PYTEST]
        grader = _once(cache, "grader", [_fingerprint(_PACKAGE), *versions], _copy_grader)
        manifest = json.loads((home / "manifest.json").read_text())
        python, libraries, allowed = manifest["python"], manifest["libraries"], None
        if packages:
            key = [*version, *pinned(packages)]
            allowed = _once(cache, "packages", key, partial(_copy_allowed, packages, python))
            libraries += json.loads((allowed / _LIBRARIES).read_text())
    except PackageUnavailable as error:
        raise RuntimeUnavailable(str(error)) from error
    except (OSError, ValueError, RuntimeError, subprocess.SubprocessError) as error:
        raise RuntimeUnavailable(
            f"cannot copy the Python runtime for the jail: {error}, "
            "or set XDG_CACHE_HOME to a folder with 300 MB of room that this user can write to"
        ) from error
    return Runtime(
        python=Path(python),
        home=home,
        packages=home / "packages",
        engine=engine,
        grader=grader,
        libraries=tuple(map(Path, dict.fromkeys(libraries))),
        allowed=allowed,
    )


def _once(cache: Path, name: str, key: list[str], fill: Callable[[Path], None]) -> Path:
    """Fill a folder of this name and key unless it exists; two runs at once do no harm."""
    made_by = Path(__file__).read_bytes()
    digest = hashlib.sha256(made_by + "\0".join(key).encode()).hexdigest()[:12]
    folder = cache / f"{name}-{digest}"
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    _check_owner(cache)
    if not folder.is_dir():
        with contextlib.closing(Scratch(cache)) as scratch:
            draft = scratch.path / name
            draft.mkdir()
            fill(draft)
            _make_readable(draft)
            try:
                draft.rename(folder)
            except OSError:  # the other run was first
                if not folder.is_dir():
                    raise
    _check_owner(folder)
    return folder


def _check_owner(folder: Path) -> None:
    """See that nobody else could have put code where all jails would run it.

    Raises
    ------
    PermissionError
        If somebody could.
    """
    if not is_ours(folder):
        raise PermissionError(
            f"{folder} belongs to another user, or others can write to it, so its code is not "
            "used; remove it"
        )


def _make_readable(folder: Path) -> None:
    """Let everybody read all files, and only their owner change them."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in names)):
            if not path.is_symlink():
                mode = path.stat().st_mode
                executable = 0o111 if path.is_dir() or mode & 0o111 else 0
                path.chmod((mode | 0o444 | executable) & ~0o022)


def _copy_python(draft: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = draft / "lib" / version
    for scheme in dict.fromkeys([sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]):
        shutil.copytree(scheme, library, ignore=LEFT_OUT, dirs_exist_ok=True)
    spec = importlib.util.find_spec("numpy")
    assert spec and spec.origin, "the engine itself needs NumPy"
    numpy = Path(spec.origin).parent
    packages = draft / "packages"
    for source in (numpy, numpy.with_name("numpy.libs")):
        if source.is_dir():
            shutil.copytree(source, packages / source.name, ignore=LEFT_OUT)
    compileall.compile_dir(draft, quiet=2, workers=os.cpu_count() or 1)
    python = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    manifest = {"python": str(python), "libraries": _libraries(python, draft)}
    (draft / "manifest.json").write_text(json.dumps(manifest))


def _copy_allowed(packages: Sequence[str], python: str, draft: Path) -> None:
    copy_packages(distributions(packages), draft)
    compileall.compile_dir(draft, quiet=2, workers=os.cpu_count() or 1)
    (draft / _LIBRARIES).write_text(json.dumps(_libraries(Path(python), draft)))


def copy_data(files: Mapping[str, Path], cache: Path | None = None) -> Path:
    """Return a folder with copies of a lab's data, which the jail may read.

    Parameters
    ----------
    files
        Name in the folder -> where it lies in the lab.
    cache
        As in `prepare`.

    Raises
    ------
    RuntimeUnavailable
        If they can't be copied.
    """
    cache = cache or cache_folder()
    try:
        contents = {name: path.read_bytes() for name, path in sorted(files.items())}
        key = [text for name, content in contents.items() for text in (name, _digest(content))]
        return _once(cache, "data", key, partial(_write_data, contents))
    except OSError as error:
        raise RuntimeUnavailable(
            f"cannot copy the lab's data to {cache}: {error.strerror or error}; make room there, "
            "or set XDG_CACHE_HOME to another folder"
        ) from error


def _write_data(contents: Mapping[str, bytes], draft: Path) -> None:
    for name, content in contents.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _libraries(python: Path, draft: Path) -> list[str]:
    """List the shared libraries outside the copy that the interpreter and the copy load."""
    files = [str(python), *(str(path) for path in draft.rglob("*.so*"))]
    if not (ldd := find_program("ldd")):
        return []
    lines = subprocess.run([ldd, *files], capture_output=True, text=True).stdout.splitlines()
    words = (word for line in lines for word in line.split() if line.startswith("\t"))
    found = {word for word in words if word.startswith("/") and not word.startswith(str(draft))}
    # The loader's cache says where libraries are whose folder is not one of its default ones.
    return sorted(found) + [path for path in ["/etc/ld.so.cache"] if Path(path).exists()]


def _inside_folder() -> Path:
    return Path(__file__).parent / "inside"


def _copy_engine(draft: Path) -> None:
    package = draft / "autograder"
    inside = package / "jail" / "inside"
    shutil.copytree(_inside_folder(), inside, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, inside.parent):
        (folder / "__init__.py").touch()
    compileall.compile_dir(draft, quiet=2)


def _copy_grader(draft: Path) -> None:
    code_only = shutil.ignore_patterns("__pycache__", "*.po", "*.pot", "*.mo", "*.html", "*.zip")
    shutil.copytree(_PACKAGE, draft / "autograder", ignore=code_only)
    for distribution in _PYTEST:
        for file in importlib.metadata.files(distribution) or ():
            if file.suffix == ".py" and ".." not in file.parts:
                target = draft / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    compileall.compile_dir(draft, quiet=2, workers=os.cpu_count() or 1)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder)
        digest.update(os.fsencode(name) + b"\0" + path.read_bytes())
    return digest.hexdigest()
