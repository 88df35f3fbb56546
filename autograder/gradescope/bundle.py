"""Makes the zip that is uploaded to Gradescope: ``python -m autograder gradescope``.

In it, ``engine/`` is what grades and ``lab/`` what is graded: the suites and what they import, a
solution to compare mistakes with, their catalogue. Nothing else of the lab is taken. The settings
hold the course's secret and one seed, so that the same code gets the same points at every hand-in.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from autograder.jail.packages import pinned
from autograder.lab import Lab
from autograder.lab_sources import files_in, needed
from autograder.languages.translations import lab_languages
from autograder.outputs.formats.gradescope import failure_json

HERE = Path(__file__).parent
ENGINE = HERE.parent
FAILED, SETTINGS, PACKAGES = "failed.json", "settings.json", "packages.txt"
_SCRIPTS = ("setup.sh", "run_autograder")
_TIME = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip


def bundle(lab: Lab, description: Path, settings: dict[str, object]) -> bytes:
    """Return the zip.

    Parameters
    ----------
    lab
        What is graded.
    description
        The ``lab.toml`` that it was loaded from.
    settings
        ``seed``, ``secret``, ``languages`` and ``sandbox``, as `autograder.gradescope.run` reads
        them.

    Raises
    ------
    OSError
        If a file can't be read.
    """
    languages = settings["languages"]
    assert isinstance(languages, list)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _SCRIPTS:
            _add(archive, name, (HERE / name).read_bytes(), 0o755)
        _add(archive, FAILED, failure_json(lab_languages(lab, languages)).encode())
        _add(archive, SETTINGS, json.dumps(settings).encode(), 0o600)
        if lab.packages:
            _add(archive, PACKAGES, "\n".join([*pinned(lab.packages), ""]).encode())
        for path in files_in(ENGINE):
            _add(archive, f"engine/{path.relative_to(ENGINE.parent)}", path.read_bytes())
        _add(archive, "lab/lab.toml", description.read_bytes())
        for path in files_in(*needed(lab)):
            _add(archive, f"lab/{path.relative_to(lab.root)}", path.read_bytes())
    return file.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
