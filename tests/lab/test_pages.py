"""What the pages show of this lab: every message in every language, and the reference's curves."""

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
from autograder.suites.local import run_local
from tests.hidden.helpers import start_weights
from tests.hidden.reference_curves import EPOCHS, reference_curve, train_reference
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
def test_reference_curves_are_those_of_the_reference(name, seed):
    curve = reference_curve(name, seed)
    early = [epoch for epoch in EPOCHS if epoch <= 400]
    assert np.allclose(train_reference(name, seed, early), curve[: len(early)], rtol=0.01)
    assert len(curve) == len(EPOCHS) and curve[-1] < curve[0] / 10
    assert [w.shape for w in start_weights(seed)] == [(3, 2), (3, 3), (1, 3)]
