"""The report's experiments, as students train and draw them."""

import importlib
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager

import solution.experiments
from datasets import NAMES, load
from solution.activation import Activation
from solution.experiments import TABLES, words
from solution.experiments.inside import layers_picture, training_series, units_picture
from solution.experiments.plots import COLOURS, FEW, learning_curves, outcomes, truth_and_prediction
from solution.experiments.training import Classes, build, initial_weights, kept_epochs, train
from solution.linear_layer import Linear_Layer
from solution.model import Model

ROOT = Path(__file__).parents[2]
CLASSES = Classes(Activation, Linear_Layer, Model)
EXPERIMENTS = [experiment for table in TABLES.values() for experiment in table.rows]
STANDARD = TABLES["standard"].rows[0]


def test_the_tables_hold_every_row_of_the_report():
    assert [len(table.rows) for table in TABLES.values()] == [2, 6, 6, 2, 2, 2]
    assert STANDARD.architecture == "2-3-Sigmoid-3-Sigmoid-1"
    assert TABLES["layers"].rows[1].architecture == "2-3-ReLU-3-ReLU-3-ReLU-1-Sigmoid"
    assert TABLES["no activations"].rows[0].architecture == "2-3-3-1"
    labels = [experiment.label for experiment in EXPERIMENTS]
    assert len(set(labels)) == len(labels)
    for table in TABLES.values():
        assert table.title.keys() == {"en", "zh-TW"}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.label)
def test_every_experiment_can_be_built_and_trained(experiment):
    assert experiment.dataset in NAMES and 0 < experiment.reported <= 100
    training = train(experiment, CLASSES, starts=2, epochs=3)
    assert training.loss.shape == training.accuracy.shape == (2, 3)
    assert training.loss[0, -1] != training.loss[1, -1]
    layers = training.models[0].layers
    linear = [layer for layer in layers if isinstance(layer, Linear_Layer)]
    assert [layer.w.shape[1] for layer in linear] == list(experiment.widths[:-1])
    functions = [layer.func_name for layer in layers if isinstance(layer, Activation)]
    assert functions == [name for name in experiment.activations if name]


def test_a_training_is_what_fit_records():
    x, y = load("xor")
    training = train(STANDARD, CLASSES, starts=2, epochs=700, seed=5)
    model = build(STANDARD, CLASSES, initial_weights(STANDARD.widths, seed=5, start=1))
    history = model.fit(x, y, 700)
    loss = np.array(history["train_loss"])
    assert len(training.epochs) == 301
    assert np.array_equal(training.loss[1], loss[training.epochs])
    assert np.array_equal(
        training.accuracy[1], np.array(history["train_accuracy"])[training.epochs]
    )
    assert training.final_accuracy[1] == model.evaluate(x, y)[1]
    assert training.swing[1] == pytest.approx(np.abs(np.diff(loss)).mean())
    assert training.largest_rise[1] == max(np.diff(loss).max(), 0)
    assert np.array_equal(training.models[1].forward(x), model.forward(x))


def test_a_start_is_the_same_in_every_experiment_of_these_widths():
    first = initial_weights((2, 3, 3, 1), seed=0, start=7)
    assert [w.shape for w in first] == [(3, 2), (3, 3), (1, 3)]
    for one, other in zip(first, initial_weights((2, 3, 3, 1), seed=0, start=7), strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(first[0], initial_weights((2, 3, 3, 1), seed=0, start=8)[0])
    assert not np.array_equal(first[0], initial_weights((2, 3, 3, 1), seed=1, start=7)[0])
    drawn = np.concatenate([initial_weights((2, 3), 0, start)[0] for start in range(200)])
    assert 0.69 < np.abs(drawn).max() < np.sqrt(0.5)


@pytest.mark.parametrize("epochs", [1, 2, 300, 301, 302, 30000])
def test_the_first_and_the_last_epoch_are_kept(epochs):
    kept = kept_epochs(epochs)
    assert kept[0] == 0 and kept[-1] == epochs - 1
    assert len(kept) == min(epochs, 301)


def test_training_does_not_change_the_weights_it_was_given():
    weights = initial_weights(STANDARD.widths, seed=0, start=0)
    model = build(STANDARD, CLASSES, weights)
    model.layers[0].w += 1
    assert not np.array_equal(model.layers[0].w, weights[0])


@pytest.mark.parametrize("wrong", [{"starts": 0}, {"epochs": 0}])
def test_nothing_to_train(wrong):
    with pytest.raises(ValueError, match="give at least 1 of each"):
        train(STANDARD, CLASSES, **wrong)


def test_one_epoch_does_not_swing():
    training = train(STANDARD, CLASSES, starts=1, epochs=1)
    assert training.swing.tolist() == training.largest_rise.tolist() == [0]


def test_a_fit_that_forgets_to_record():
    class Forgetful(Model):
        def Record_History(self, *values):
            pass

    with pytest.raises(ValueError, match="fit recorded 0 values of train_loss in 2 epochs"):
        train(STANDARD, CLASSES._replace(Model=Forgetful), epochs=2)


def test_the_example_works_in_the_students_folder(tmp_path):
    folder = tmp_path / "lab1"
    shutil.copytree(ROOT / "assignment", folder)
    for name in ("activation.py", "linear_layer.py", "model.py"):
        shutil.copy(ROOT / "solution" / name, folder)
    example = textwrap.dedent(solution.experiments.__doc__.split("::\n\n")[1])
    assert example.count("starts=3") == 1
    example = example.replace("starts=3", "starts=1, epochs=20")
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": "", "PYTHONSAFEPATH": ""}
    subprocess.run([sys.executable, "-c", example], cwd=folder, env=environment, check=True)


@pytest.mark.parametrize("starts", [2, 12])
def test_every_figure_is_drawn(starts, tmp_path):
    rows = TABLES["learning rate"].rows[:4]
    trainings = [train(experiment, CLASSES, starts, epochs=30) for experiment in rows]
    curves = learning_curves(trainings)
    panels = [ax for ax in curves.axes if ax.axison]
    assert len(panels) == 8
    # Few starts are a line each; many are a median and a band.
    assert {len(ax.lines) for ax in panels} == {2 if starts == 2 else 1}
    assert {len(ax.collections) for ax in panels} == {0 if starts == 2 else 1}
    ends = outcomes(trainings).axes[0]
    assert [label.get_text() for label in ends.get_yticklabels()] == [e.label for e in rows]
    numbers = [text.get_text() for text in ends.texts]
    first = [f"{100 * accuracy:.0f}" for accuracy in trainings[0].final_accuracy]
    assert numbers[: starts + 1] == [*first, "52"] and len(numbers) == 4 * (starts + 1)
    pictures = truth_and_prediction(trainings[:1], start=1)
    wrong = 21 - round(21 * trainings[0].final_accuracy[1])
    assert f"{21 - wrong} of 21 right" in pictures.axes[1].get_title()
    for name, figure in (("a", curves), ("b", ends.figure), ("c", pictures)):
        figure.savefig(tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").stat().st_size > 1000


def test_every_initialization_has_a_line_of_its_own():
    assert len(COLOURS) == len(set(COLOURS)) >= FEW - 1
    curves = learning_curves([train(STANDARD, CLASSES, starts=FEW - 1, epochs=3)])
    lines = curves.axes[0].lines
    assert [line.get_color() for line in lines] == list(COLOURS[: FEW - 1])
    (legend,) = curves.legends
    assert [text.get_text() for text in legend.texts] == [str(start) for start in range(FEW - 1)]


def test_an_output_of_a_half_beside_more_has_a_boundary():
    class Arms:
        def forward(self, x):
            return 0.5 + np.abs(x[:, :1] - x[:, 1:])  # 0.5 on the diagonal, and more beside it

    training = train(STANDARD, CLASSES, starts=1, epochs=3)
    training = replace(training, models=(Arms(),))
    output = truth_and_prediction([training]).axes[2]
    (image,) = output.images
    assert image.get_clim() == (0, 1)
    assert any(len(path.vertices) > 100 for c in output.collections for path in c.get_paths())


def test_a_series_is_one_training():
    series = training_series(STANDARD, CLASSES, (1, 40, 60), start=1, seed=3)
    model = build(STANDARD, CLASSES, initial_weights(STANDARD.widths, seed=3, start=1))
    loss = model.fit(*load("xor"), 60)["train_loss"]
    titles = [ax.get_title() for ax in series.axes[:3]]
    for epoch, title in zip((1, 40, 60), titles, strict=True):
        assert f"epoch {epoch}: " in title and f"loss {loss[epoch - 1]:.4f}" in title


@pytest.fixture
def public(monkeypatch):
    """Import a module of the students' folder, for one test."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "public")
    for name in ("checks", "checks.messages", "gradient_check", "inspect_network"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    known = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - known:
        if str(ROOT / "tests" / "public") in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_layers_and_units_are_drawn_as_they_are(public):
    inspect = public("inspect_network").inspect
    gradients = public("gradient_check").model_gradients
    x, y = load("xor")
    experiment = next(row for row in EXPERIMENTS if row.activations[:2] == ("relu", "relu"))
    model = build(experiment, CLASSES, initial_weights(experiment.widths, seed=0, start=0))
    model.layers[0].w[:] = [[0.7, 0.1], [0.2, 0.5], [-1, -1]]  # no input is negative
    found = inspect(model, x, y)
    layers = found.layers
    outputs, slopes, dead, compared = layers_picture(found, gradients(model, x, y)).axes
    assert [text.get_text() for text in outputs.get_yticklabels()] == [
        f"{place} {layer.name}" for place, layer in enumerate(layers)
    ]
    first = layers[0]
    assert list(outputs.lines[0].get_xdata()) == [first.output.min(), first.output.max()]
    assert slopes.lines[1].get_xdata()[0] == np.abs(first.delta_w).max()
    assert dead.patches[0].get_width() == pytest.approx(100 / 3)
    weights = sum(w.size for w in (layer.w for layer in layers) if w is not None)
    drawn = np.concatenate([line.get_xydata() for line in compared.lines[:-1]])
    assert len(drawn) == weights and np.allclose(drawn[:, 0], drawn[:, 1], atol=1e-6)

    layers[0].output = None  # what a class with a mistake may leave
    layers[1].output = np.full((21, 3), np.nan)
    broken = layers_picture(found)
    assert len(broken.axes) == 4 and not broken.axes[3].get_legend()

    linear = build(STANDARD, CLASSES, initial_weights(STANDARD.widths, seed=0, start=0))
    both = [inspect(model, x, y), inspect(linear, x, y)]
    figure = units_picture(both, ["relu", "standard"], y)
    names = [[text.get_text() for text in ax.get_yticklabels()] for ax in figure.axes]
    assert names[0] == ["0", "1", "2: dead"]
    assert [ax.get_title() for ax in figure.axes[:2]] == ["relu", "standard"]
    (image,) = figure.axes[0].images
    order = np.argsort(y[:, 0], kind="stable")
    assert np.array_equal(image.get_array(), both[0].layers[1].output[order].T)


def test_figures_say_what_their_font_can_draw(monkeypatch):
    monkeypatch.setattr(words, "say", lambda template, **values: "\u640d\u5931".format(**values))
    monkeypatch.setattr(words, "_chinese_font", lambda: None)
    assert words.label("loss {value}", value=3) == "loss 3"
    with monkeypatch.context() as patch:
        patch.setattr(words, "_chinese_font", lambda: "Noto Sans TC")
        assert words.label("loss") == "\u640d\u5931"
        patch.setitem(matplotlib.rcParams, "font.family", ["DejaVu Sans"])
        words.choose_font()
        assert matplotlib.rcParams["font.family"] == ["DejaVu Sans", "Noto Sans TC"]


@pytest.mark.parametrize("late", [False, True])
def test_a_font_is_found_even_where_it_came_later(late, monkeypatch, tmp_path):
    known = [SimpleNamespace(name="DejaVu Sans")]
    added = []

    def add(path):
        added.append(path)
        known.append(SimpleNamespace(name="Noto Sans TC"))

    if not late:
        known.append(SimpleNamespace(name="PingFang TC"))
    file = str(tmp_path / "NotoSansTC-Regular.otf")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [file, str(tmp_path / "x.ttf")])
    monkeypatch.setattr(font_manager, "fontManager", SimpleNamespace(ttflist=known, addfont=add))
    find = words._chinese_font.__wrapped__
    assert find() == ("Noto Sans TC" if late else "PingFang TC")
    assert added == ([file] if late else [])
    known.clear()
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert find() is None
