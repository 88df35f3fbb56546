"""The files that a lab hands to students' code, and that nothing hidden is among them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.lab import Lab, LabError
from autograder.text import clean


def check_data(lab: Lab) -> None:
    """See that what student code may read holds nothing that it may not.

    Raises
    ------
    LabError
        If a file is not there, is a link, or is one of those that students never see.
    """
    for name in lab.data:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or str(path) in ("", "."):
            raise LabError(
                f"lab.toml names the data {clean(name)}; name files and folders within "
                f"{lab.reference.name}/, without .."
            )
        for file in data_files(lab, name):
            _check_file(lab, file)


def data_files(lab: Lab, name: str) -> Iterator[Path]:
    """Yield the files that a name in ``data`` stands for.

    Raises
    ------
    LabError
        If one is a link, which could lead to anything, or is not there.
    """
    top = lab.reference / name
    steps = [lab.reference / part for part in PurePosixPath(name).parents][:-1]
    if not top.exists():
        raise LabError(
            f"lab.toml names the data {clean(name)}, which is not in {lab.reference.name}/; put it "
            "there, beside the solution"
        )
    for path in (*steps, top, *(sorted(top.rglob("*")) if top.is_dir() else ())):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise LabError(
                f"the data {clean(str(path.relative_to(lab.reference)))} is a link or no plain "
                "file; put the file itself there"
            )
        if path.is_file():
            yield path


def _check_file(lab: Lab, file: Path) -> None:
    name = file.relative_to(lab.reference).as_posix()
    if name in {*lab.files, *lab.release.skeletons}:
        raise LabError(
            f"the data {clean(name)} is a file of the solution; name what students are given only"
        )
    hidden = (lab.suite, lab.sample, lab.mistakes, lab.styles, lab.locale)
    for folder in hidden:
        if folder and _within(file, folder):
            raise LabError(
                f"the data {clean(name)} lies in {folder.name}/, which students never see; put it "
                "elsewhere"
            )


def _within(file: Path, folder: Path) -> bool:
    return Path(os.path.normpath(file)).is_relative_to(os.path.normpath(folder))
