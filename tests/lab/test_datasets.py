"""The shipped datasets are what the code makes, and a broken file is told in one sentence."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

import datasets
from datasets import choose_seed

MAKERS = {"linear": datasets.generate_linear, "xor": datasets.generate_xor}


@pytest.mark.parametrize("name", datasets.NAMES)
def test_the_file_holds_exactly_what_the_function_makes(name):
    for shipped, made in zip(datasets.load(name), MAKERS[name](), strict=True):
        assert shipped.dtype == made.dtype == np.float64
        assert shipped.flags.c_contiguous
        assert np.array_equal(shipped, made)


def test_a_copy_of_the_folder_rewrites_the_same_files(tmp_path):
    """Students get the folder without the script that chose the seed."""
    copy = tmp_path / "datasets"
    copy.mkdir()
    for module in ("__init__.py", "__main__.py"):
        shutil.copy(datasets.FOLDER / module, copy)
    subprocess.run([sys.executable, "-m", "datasets"], cwd=tmp_path, check=True)
    for name in datasets.NAMES:
        shipped = (datasets.FOLDER / f"{name}.csv").read_bytes()
        assert (copy / f"{name}.csv").read_bytes() == shipped


def test_linear():
    x, y = datasets.load("linear")
    assert x.shape == (100, 2) and y.shape == (100, 1)
    assert x.min() >= 0 and x.max() < 1
    assert y.sum() == 50
    assert np.array_equal(y[:, 0], x[:, 0] <= x[:, 1])
    assert np.abs(x[:, 0] - x[:, 1]).min() >= choose_seed.MARGIN


def test_linear_takes_another_size_and_seed():
    x, y = datasets.generate_linear(7, seed=1)
    assert x.shape == (7, 2) and y.shape == (7, 1)
    assert not np.array_equal(x, datasets.generate_linear(7, seed=2)[0])


def test_the_seed_is_the_first_that_meets_the_rule():
    assert choose_seed.first_seed(choose_seed.MARGIN) == datasets.LINEAR_SEED


def test_xor():
    x, y = datasets.load("xor")
    assert x.shape == (21, 2) and y.shape == (21, 1)
    assert y.sum() == 10
    assert x[:4].tolist() == [[0, 0], [0, 1], [0.1, 0.1], [0.1, 0.9]]
    assert x[10].tolist() == [0.5, 0.5] and y[10] == 0
    assert np.array_equal(x[y[:, 0] == 0, 0], x[y[:, 0] == 0, 1])
    assert np.allclose(x[y[:, 0] == 1].sum(axis=1), 1)


def test_save_round_trips_every_bit(tmp_path):
    x = np.array([[0.1 + 0.2, 1e-300], [-np.pi, 1 / 3]])
    y = np.array([[1.0], [0.0]])
    datasets.save("xor", x, y, tmp_path)
    loaded = datasets.load("xor", tmp_path)
    assert np.array_equal(loaded[0], x) and np.array_equal(loaded[1], y)


def test_an_unknown_name():
    with pytest.raises(ValueError, match="no dataset 'moons': choose one of linear, xor"):
        datasets.load("moons")


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="xor.csv is missing: 'python -m datasets'"):
        datasets.load("xor", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x1,x2,label\n",
        "0.1,0.2,1\n0.3,0.4,0\n",
        "x1,x2,label\n0.1,0.2\n",
        "x1,x2,label\n0.1,0.2,1,1\n",
        "x1,x2,label\n0.1,0.2,1\n0.3,0.4\n",
        "x1,x2,label\n0.1,zero,1\n",
        "x1,x2,label\n0.1,nan,1\n",
        "x1,x2,label\n0.1,0.2,2\n",
        "x1,x2,label\n0.1,0.2,\u00e9\n",
    ],
)
def test_a_broken_file(tmp_path, text):
    (tmp_path / "xor.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="xor.csv is broken: after the line 'x1,x2,label'"):
        datasets.load("xor", tmp_path)
