"""The report's experiments, as students train and draw them."""

import importlib
import os
import shutil
import subprocess
import sys
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
from solution.experiments.curves import FEW, learning_curves, losses_by_initialization
from solution.experiments.inside import layers_picture, units_picture
from solution.experiments.maps import output_maps, training_series
from solution.experiments.plots import COLOURS, outcomes
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
    lines = solution.experiments.__doc__.splitlines()
    example = "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))
    assert example.count("starts=3") == 2
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
    # Few starts are a line and a strip each; many are a median and a band.
    assert sorted(len(ax.images) for ax in panels) == [0] * 4 + [starts == 2] * 4
    assert {len(ax.collections) for ax in panels} == {0 if starts == 2 else 1}
    ends = outcomes(trainings).axes[0]
    assert [label.get_text() for label in ends.get_yticklabels()] == [e.label for e in rows]
    numbers = [text.get_text() for text in ends.texts]
    first = [f"{100 * accuracy:.0f}" for accuracy in trainings[0].final_accuracy]
    assert numbers[: starts + 1] == [*first, "52"] and len(numbers) == 4 * (starts + 1)
    unknown = replace(trainings[0], experiment=replace(rows[0], reported=np.nan))
    assert outcomes([unknown]).axes[0].texts[-1].get_text() == "\N{EN DASH}"
    pictures = output_maps([(training, 1) for training in trainings[:3]], columns=2)
    accuracy = trainings[0].final_accuracy[1]
    title = f"learning rate 0.01\ninitialization 1: {100 * accuracy:.0f}%"
    assert pictures.axes[0].get_title() == title
    rings = pictures.axes[0].collections[-1].get_offsets()
    assert len(rings) == 21 - round(21 * accuracy)
    for name, figure in (("a", curves), ("b", ends.figure), ("c", pictures)):
        figure.savefig(tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").stat().st_size > 1000


def few(loss, accuracy):
    """Make a training of which only the curves are drawn."""
    made = train(STANDARD, CLASSES, starts=len(loss), epochs=len(loss[0]))
    accuracy = np.array(accuracy)
    changes = {"accuracy": accuracy, "final_accuracy": accuracy[:, -1]}
    return replace(made, loss=np.array(loss), **changes)


def test_no_initialization_hides_another():
    count = FEW - 1
    assert len(COLOURS) == len(set(COLOURS)) >= count
    low = [0.12, 0.05, 0.01]
    accuracies = [[0.5, 0.5, 0.5]] * (count - 1) + [[0.5, 0.5, 1.0]]
    curves = learning_curves([few([[0.12] * 3] * (count - 1) + [low], accuracies)])
    above, below = curves.axes
    assert [line.get_color() for line in above.lines] == list(COLOURS[:count])
    widths = [line.get_linewidth() for line in above.lines]
    assert widths == sorted(set(widths), reverse=True)
    assert {text.get_text() for text in above.texts} == {f"0\N{EN DASH}{count - 2}", f"{count - 1}"}
    (strips,) = below.images
    assert strips.get_array().tolist() == [[50] * 3] * (count - 1) + [[50, 50, 100]]
    assert [text.get_text() for text in below.texts] == ["50%"] * (count - 1) + ["100%"]


def test_experiments_are_compared_from_the_same_weights():
    falls = [[0.12] * 40 + [0.01] * 10, [0.12] * 50]
    learns = [[0.5] * 45 + [1.0] * 5, [0.5] * 50]
    slow = few(falls, learns)
    fast = few([line[30:] + line[-1:] * 30 for line in falls], learns)
    plain = losses_by_initialization([slow, fast])
    assert [ax.get_title() for ax in plain.axes] == ["initialization 0", "initialization 1"]
    for ax, *lines in zip(plain.axes, slow.loss, fast.loss, strict=True):
        assert [line.get_ydata().tolist() for line in ax.lines] == [line.tolist() for line in lines]
        assert ax.get_xscale() == "linear"
    one, other = losses_by_initialization([slow, fast], mark=0.95).axes
    discs = [line for line in one.lines if line.get_marker() == "o"]
    assert [disc.get_xdata().tolist() for disc in discs] == [[46], [46]]
    assert len(other.lines) == 2 and other.get_xscale() == "log"
    many = train(STANDARD, CLASSES, starts=FEW, epochs=2)
    five = losses_by_initialization([many], most=5).axes
    assert [ax.axison for ax in five] == [True] * 5 + [False]
    assert [bool(ax.get_xlabel()) for ax in five] == [False] * 2 + [True] * 3 + [False]


def test_an_output_of_a_half_beside_more_has_a_boundary():
    class Arms:
        def forward(self, x):
            return 0.5 + np.abs(x[:, :1] - x[:, 1:])  # 0.5 on the diagonal, and more beside it

    training = train(STANDARD, CLASSES, starts=1, epochs=3)
    output = output_maps([(replace(training, models=(Arms(),)), 0)]).axes[0]
    (image,) = output.images
    assert image.get_clim() == (0, 1)
    boundary = np.concatenate([path.vertices for path in output.collections[0].get_paths()])
    along = np.sort(boundary[:, 0])
    assert along[0] < 0 and along[-1] > 1 and np.diff(along).max() < 0.01  # without a gap
    assert np.abs(boundary[:, 0] - boundary[:, 1]).max() < 0.01


def test_a_series_is_one_training():
    series = training_series(STANDARD, CLASSES, (1, 40, 60), start=1, seed=3)
    model = build(STANDARD, CLASSES, initial_weights(STANDARD.widths, seed=3, start=1))
    loss = model.fit(*load("xor"), 60)["train_loss"]
    titles = [ax.get_title() for ax in series.axes[:3]]
    assert [ax.get_xlabel() for ax in series.axes[:3]] == ["$x_1$"] * 3
    for epoch, title in zip((1, 40, 60), titles, strict=True):
        assert f"epoch {epoch}: " in title and f"loss {loss[epoch - 1]:.4f}" in title


@pytest.fixture
def public(monkeypatch):
    """Import a module of the students' folder, for one test."""
    monkeypatch.syspath_prepend(ROOT / "assignment")
    for name in ("checks", "checks.messages", "gradient_check", "inspect_network"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    known = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - known:
        if str(ROOT / "assignment") in str(getattr(sys.modules[name], "__file__", "")):
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
    assert len(drawn) == weights and np.allclose(drawn[:, 0], drawn[:, 1], atol=1e-4)
    # Every layer fills the picture, however small its gradients are.
    reach = [np.abs(line.get_xdata()).max() for line in compared.lines[:-1]]
    assert reach == pytest.approx([1] * len(reach))

    layers[0].output = None  # what a class with a mistake may leave
    layers[1].output = np.full((21, 3), np.nan)
    broken = layers_picture(found)
    assert len(broken.axes) == 4 and not broken.axes[3].get_legend()
    assert broken.axes[3].texts[0].get_text() == "not compared"

    linear = build(STANDARD, CLASSES, initial_weights(STANDARD.widths, seed=0, start=0))
    both = [inspect(model, x, y), inspect(linear, x, y)]
    assert layers_picture(both[1]).axes[2].texts[0].get_text() == "none"  # no unit is dead
    deep = TABLES["layers"].rows[1]
    both.append(inspect(build(deep, CLASSES, initial_weights(deep.widths, seed=0, start=0)), x, y))
    titles = ["relu", "standard", "deep"]
    figure = units_picture(both, titles, x, y)
    names = [[text.get_text() for text in ax.get_yticklabels()] for ax in figure.axes]
    assert names[0] == ["0", "1", "2: dead"]
    assert [ax.get_title() for ax in figure.axes[:3]] == titles
    (image,) = figure.axes[0].images
    drawn = image.get_array()[:2].T
    rows = [(label, *inputs) for label, inputs in zip(y[:, 0], x.tolist(), strict=True)]
    order = [place for _, place in sorted((row[:2], place) for place, row in enumerate(rows))]
    assert np.array_equal(drawn, both[0].layers[1].output[order, :2])
    absent = [ax.texts[0].get_text() for ax in figure.axes if not ax.axison]
    assert absent == ["(no such layer)"] * 2


def test_figures_say_what_their_font_can_draw(monkeypatch, capsys):
    monkeypatch.setattr(words, "say", lambda template, **values: "\u640d\u5931".format(**values))
    monkeypatch.setattr(words, "_chinese_font", lambda: None)
    words._miss_font.cache_clear()
    for _ in range(2):
        assert words.label("loss {value}", value=3) == "loss 3"
    assert capsys.readouterr().out == "\u640d\u5931\n"  # once, that there is none
    with monkeypatch.context() as patch:
        patch.setattr(words, "_chinese_font", lambda: "Noto Sans TC")
        assert words.label("loss") == "\u640d\u5931"
        patch.setitem(matplotlib.rcParams, "font.family", ["DejaVu Sans"])
        words.choose_font()
        assert matplotlib.rcParams["font.family"] == ["DejaVu Sans", "Noto Sans TC"]


def test_no_formula_is_translated():
    # Matplotlib draws a line with a formula in it in a font of its own, which has no Chinese.
    paths = (ROOT / "tests" / "public" / "checks" / "locale").rglob("messages.po")
    texts = [path.read_text(encoding="utf-8") for path in paths]
    assert texts and not any("$" in text for text in texts)


def test_a_label_stands_upright():
    assert words.upright("loss") == {"ylabel": "loss"}
    style = words.upright("\u7b2c 1 \u5c64", side="right")
    assert (style["ylabel"], style["ha"]) == ("\u7b2c\n1\n\u5c64", "left")


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
