"""The hidden suites give every point to right code and none to code that does nothing."""

import ast
from pathlib import Path

import pytest

from autograder import checks, proofs
from autograder.draws import SECRET_SIZE, Draws
from autograder.lab_file import load_lab, read_files
from autograder.suite_file import written_checks
from autograder.suites.local import run_local
from autograder.suites.session import Suites, quiet_session
from autograder.verify import right_code

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")
SEEDS = range(20)
REFERENCE = read_files(LAB.reference, LAB)


def found(variants, seed):
    """Run all checks on variants, with a secret of its own for each seed."""
    return run_local(LAB, variants, Draws(seed, bytes([seed] * SECRET_SIZE)))


def zeros(source: str) -> str:
    """Replace the body of every function by one that computes nothing.

    The constructor makes every attribute that the reference has, and all numbers are zeros of the
    shape that a caller would expect.
    """
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        if function.name == "__init__":
            body = INIT
        elif function.name in ("fit", "Record_History"):
            body = "return self.history"
        elif function.name == "Build":
            body = "self.layers = []"
        elif function.name in ("Compute_Accuracy", "evaluate"):
            body = "return 0.0" if function.name == "Compute_Accuracy" else "return 0.0, 0.0"
        elif function.args.args[1:] and function.args.args[1].arg in ("x", "grad", "y_hat"):
            body = f"return self.zeros({function.args.args[1].arg})"
        else:
            body = "return None"
        function.body = ast.parse(body).body
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body += ast.parse(ZEROS).body
    return ast.unparse(tree)


INIT = """
names = ("sigmoid", "relu", "softplus")
self.func_name, self.beta = locals().get("func_name"), locals().get("beta")
self.input_dim, self.output_dim = locals().get("input_dim", 0), locals().get("output_dim", 0)
self.forward_func = {name: self.zeros for name in names}
self.backward_func = dict(self.forward_func)
self.w = np.zeros((self.output_dim, self.input_dim))
self.delta_w, self.momentum_w = self.w.copy(), self.w.copy()
self.pre_input = self.pre_output = np.zeros((1, self.input_dim))
self.layers, self.history = [], {
    "train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []
}
"""
ZEROS = """
def zeros(self, x):
    if hasattr(self, "w") and self.w.size and np.ndim(x) == 2:
        if np.shape(x)[1] == self.input_dim:
            return np.zeros((len(x), self.output_dim))
        if np.shape(x)[1] == self.output_dim:
            return np.zeros((len(x), self.input_dim))
    return np.zeros(np.shape(x))
"""


@pytest.mark.slow
def test_what_computes_nothing_earns_nothing_with_any_seed():
    """Zeros in attributes of the right form, too; of less, `verify` proves it for every lab."""
    files = {file: zeros(text.decode()).encode() for file, text in REFERENCE.items()}
    for seed in SEEDS:
        passed = [f.check for f in found({"zeros": files}, seed) if not f.error]
        assert passed == [], f"seed {seed}"


def test_suites_never_say_a_number_through_a_bare_assert():
    """A bare assert would show nothing; a formatted expected value would show too much."""
    for part in LAB.parts:
        for node in ast.walk(ast.parse((LAB.suite / part.suite).read_text())):
            assert not isinstance(node, ast.Assert), f"{part.suite}, line {node.lineno}"


def test_suites_import_of_the_engine_what_authors_may_use():
    for path in sorted(LAB.suite.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            place = f"{path.name}, line {getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
                assert not any(name.split(".")[0] == "autograder" for name in names), place
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
                assert node.module == "autograder.checks", place
                assert {alias.name for alias in node.names} <= set(checks.__all__), place


def test_titles_translations_and_release_are_as_verify_proves_them():
    checks = []
    quiet_session(LAB, Suites(LAB, lambda suites: checks.extend(suites.checks)))
    assert len(checks) == sum(len(written_checks(LAB.suite / part.suite)) for part in LAB.parts)
    assert proofs.titles(checks) == []
    assert proofs.translations(LAB) == []
    assert proofs.release(LAB, right_code(LAB)) == []
