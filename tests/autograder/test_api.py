"""What lab authors may use is one documented module, whose examples run."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from autograder import checks

MODULES = ["autograder.checks", "autograder.messages"] + [
    f"autograder.checks.{module.name}" for module in pkgutil.iter_modules(checks.__path__)
]
NAMES = [name for name in checks.__all__ if name != "figures"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


@pytest.mark.parametrize("name", checks.__all__)
def test_what_is_exported_is_introduced(name):
    assert f"`{name}`" in checks.__doc__


@pytest.mark.parametrize("name", [*NAMES, "figures.curves", "figures.regions"])
def test_every_name_has_an_example(name):
    thing = checks
    for part in name.split("."):
        thing = getattr(thing, part)
    text = inspect.getdoc(thing)
    assert ">>> " in text.partition("Examples\n--------\n")[2], name


def test_nothing_public_is_left_out():
    """A comparison that is written but not exported could not be used."""
    for module in map(importlib.import_module, MODULES):
        for name, thing in vars(module).items():
            if name.startswith("assert_") and inspect.isfunction(thing):
                assert name in checks.__all__
