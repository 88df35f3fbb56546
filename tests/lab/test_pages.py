"""What the pages show of this lab: every message in every language, and the reference's curves."""

import itertools
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from autograder.checks import CheckFailed
from autograder.diagnosis.mistakes import load_catalogue, load_fails
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.lab_file import load_lab
from autograder.languages.extraction import lab_messages, missing, public_messages
from autograder.languages.translations import (
    lab_languages,
    read_translations,
    translations_path,
)
from autograder.messages import message_of, to_data
from autograder.pages.graph import load_graph
from autograder.suite_file import written_checks
from autograder.suites.local import run_local
from datasets import load
from tests.hidden.helpers import (
    SIGMOID,
    accuracy,
    draw,
    draw_labels,
    network,
    recording_layers,
    start_weights,
)
from tests.hidden.reference_training import (
    EPOCHS,
    LEARNING_RATE,
    reference_training,
    train_linear,
    train_reference,
)
from tests.hidden.test_network import STARTS

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")
OTHERS = [tag for tag in LAB.languages if tag != "en"]
#: The folders of translations, and what must be in them.
FOLDERS = {LAB.locale: lab_messages, LAB.root / LAB.release.locale: public_messages}
#: Pieces of code, as they stand in a message as they are.
CODE = re.compile(
    r"[\w.]+(?:\(\w*\)|\[.*\](?:\(\w*\))?)?|\(.*\)|\[.*\]|\{.*\}|[\d.e+-]+|sigmoid, relu.*"
)


@pytest.mark.parametrize("folder", FOLDERS, ids=["suites", "public checks"])
@pytest.mark.parametrize("tag", OTHERS)
def test_every_message_of_the_lab_is_translated(tag, folder):
    translations = read_translations(translations_path(folder, tag), tag)
    assert missing(translations) == []
    for file, line, text in FOLDERS[folder](LAB):
        found = translations.get(text)
        assert found and not found.fuzzy, f"{file}, line {line}: {text}; run make messages"


@pytest.mark.parametrize("folder", FOLDERS, ids=["suites", "public checks"])
@pytest.mark.parametrize("tag", OTHERS)
def test_translations_have_the_places_of_their_messages(tag, folder):
    for message in read_translations(translations_path(folder, tag), tag):
        if message.id:
            texts = (message.id, message.string)
            places = [sorted(re.findall(r"\{\w+(?::[^}]*)?\}", text)) for text in texts]
            assert places[0] == places[1], message.id


def untranslated(said, translate):
    """List what of a stored message is said in English in another language."""
    if isinstance(said, str):
        return [said] if translate(said) == said and not CODE.fullmatch(said) else []
    inner = [one for value in said["values"].values() for one in untranslated(value, translate)]
    known = translate(said["text"]) != said["text"] or CODE.fullmatch(said["text"])
    return inner if known else [said["text"], *inner]


@pytest.mark.parametrize("tag", OTHERS)
def test_no_message_that_a_mistake_leads_to_lacks_a_translation(tag):
    translate = lab_languages(LAB, [tag])[0].translations.gettext
    mistakes = {one.name: one for one in load_catalogue(LAB) if one.trusted}
    wanted = defaultdict(list)
    for name, checks in load_fails(LAB).items():
        for check in checks if name in mistakes else ():
            wanted[check].append(name)
    files = {name: one.files for name, one in mistakes.items()}
    # The long checks only train; what they say is in the catalogue's own test.
    wanted = {check: names for check, names in wanted.items() if "network" not in check}
    messages = {
        message_of(finding.error): finding
        for finding in run_local(LAB, files, Draws(3, PUBLIC_SECRET), wanted, quick=True)
        if isinstance(finding.error, CheckFailed)
    }
    assert len(messages) > 100
    lacking = {text for message in messages for text in untranslated(to_data(message), translate)}
    assert lacking == set()


@pytest.mark.parametrize(("name", "seed"), [(n, s) for n, seeds in STARTS.items() for s in seeds])
def test_reference_trainings_are_those_of_the_reference(name, seed):
    right, (x, y) = reference_training(name, seed), load(name)
    end = int(1.3 * right.right_from)  # no training check goes on for longer
    training = train_reference(x, y, start_weights(seed))
    losses, weights = zip(*itertools.islice(training, end + 1), strict=True)
    curve = [loss for epoch, loss in enumerate(losses, 1) if epoch in EPOCHS]
    assert np.allclose(curve, right.losses[: len(curve)], rtol=0.01)
    assert len(right.losses) == len(EPOCHS) and right.losses[-1] < right.losses[0] / 10
    functions = [SIGMOID, SIGMOID]
    all_right = [accuracy(network(x, w, functions), y) == 1.0 for w in weights]
    assert all(all_right[right.right_from :]) and not any(all_right[:500])
    assert [w.shape for w in weights[0]] == [(3, 2), (3, 3), (1, 3)]


def test_many_epochs_of_a_layer_are_those_of_one_after_the_other():
    rng = np.random.default_rng(4)
    x, y, w = draw(rng, 5, 3), draw_labels(rng, 5), draw(rng, 1, 3)
    (layer,), _ = recording_layers([w])
    for _ in range(60):
        layer.backward((layer.forward(x) - y) / len(y))
        layer.update(LEARNING_RATE, "sgdm")
    assert np.allclose(train_linear(x, y, w, 60), layer.w, rtol=1e-12)


def test_every_check_has_its_place_in_the_graph():
    graph = load_graph(LAB)
    placed = [check for node in graph.nodes for check in node.checks]
    written = {
        f"{part.suite}::{check}"
        for part in LAB.parts
        for check, _ in written_checks(LAB.suite / part.suite)
    }
    assert sorted(placed) == sorted(written)


def test_every_check_in_the_graph_has_a_command_that_students_have():
    graph, folder = load_graph(LAB), LAB.root / LAB.release.folder
    parts = json.loads((folder / "checks" / "lab.json").read_text("utf-8"))["parts"].values()
    known = {part["prefix"] + method for part in parts for method in part["methods"]}
    for node in graph.nodes:
        assert node.commands or not node.checks
        for command in node.commands:
            file, *names = command.split()
            assert (folder / file).is_file() and known.issuperset(names)
