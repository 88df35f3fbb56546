"""Submissions that attack the grader's own process, and what became of each.

Each is the reference, or `STUB`, which computes nothing, with a few lines at the end of a file that
attack from within. ``python -m tests.lab.hostile NAME`` grades one on the part that it attacks and
prints what it earned, how long that took, and how much memory the grader's process had at most.
"""

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner.fingerprints import FingerprintStore
from autograder.examiner.processes import Processes
from autograder.examiner.stage import Stage
from autograder.examiner.supervisor import Supervisor
from autograder.jail.probe import find_sandbox
from autograder.lab_file import load_lab, read_files

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")
REFERENCE = read_files(LAB.reference, LAB)

#: What an attack has at hand. `hijack` replaces what the worker sends; `before` has a method of a
#: class do something first.
HEAD = """
import itertools, json, struct, sys
import numpy as np
from autograder.jail.inside import wire

def worker():
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Worker":
        frame = frame.f_back
    return frame.f_locals["self"]

def framed(message, payload=b""):
    text = json.dumps(message, separators=(",", ":")).encode()
    return struct.pack(">II", len(text), len(payload)) + text + payload

def hijack(make):
    kind = type(worker())
    if not hasattr(kind, "plain_send"):
        kind.plain_send = kind.send
    def send(self, message):
        made = make(self, message)
        return self.plain_send(message) if made is None else self.pipe.sendall(made)
    kind.send = send

def before(kind, method, act):
    right = getattr(kind, method)
    def attack_first(self, *args, **kwargs):
        act(self, *args)
        return right(self, *args, **kwargs)
    setattr(kind, method, attack_first)

def any_integers():  # the 64-bit bound of the worker's own side goes
    tree = wire._Encoder.tree
    wire._Encoder.tree = lambda self, value, depth=0: (
        value if type(value) is int else tree(self, value, depth))

def attempt(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as error:
        return error
"""

STUB = {
    "activation.py": """
class Activation:
    def __init__(self, func_name): pass
    def forward(self, x): return x * 0.0
    backward = sigmoid = relu = softplus = forward
    derivative_sigmoid = derivative_relu = derivative_softplus = forward
    def update(self, learning_rate, optimizer="sgdm"): pass
""",
    "linear_layer.py": """
class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.w = np.zeros((output_dim, input_dim))
        self.delta_w = self.momentum_w = self.w
    def forward(self, x): return np.zeros((len(x), len(self.w)))
    def backward(self, grad): return np.zeros((len(grad), self.w.shape[1]))
    def update(self, learning_rate, optimizer="sgdm"): pass
    def L2_Norm(self): pass
""",
    "model.py": """
class Model:
    def __init__(self): self.layers, self.history = [], {}
    def Build(self, layers): self.layers = list(layers)
    def forward(self, x): return np.zeros((len(x), 1))
    def backward(self, grad): return np.zeros((len(grad), 2))
    def update(self, learning_rate, optimizer="sgdm"): pass
    def Record_History(self, *numbers): pass
    def Show_Training_Stage_Info(self, epoch): pass
    def predict_2_binary(self, y_hat): return y_hat * 0
    def Compute_Accuracy(self, y_hat, y): return 0.0
    def fit(self, x, y, *args, **kwargs): return self.history
    def evaluate(self, x, y): return 0.0, 0.0
""",
}


@dataclass(frozen=True)
class Case:
    """One attack.

    Attributes
    ----------
    file
        The file at whose end its lines stand.
    code
        These lines. ``{path}`` is a file that the grader could write.
    stub
        Whether the rest computes nothing, instead of being right.
    checks
        The functions of the part's suite that are run; all by default.
    unharmed
        Whether right code keeps all its points in spite of it.
    """

    file: str
    code: str
    stub: bool = False
    checks: tuple[str, ...] = ()
    unharmed: bool = False


SOME_MODEL = ("test_forward", "test_backward", "test_update", "test_fit_gradient")
FORWARD, LINEAR = ("test_forward", "test_backward"), ("test_forward", "test_sgd")

CASES = {
    # A live handle on an object of the grader's
    "handle-on-an-object-array": Case(
        "model.py",
        """
any_integers()
def grab(model, x):
    for layer, width in itertools.product(model.layers, (2, 3, 5)):
        attempt(layer.forward, np.ones((1, width)))
        attempt(layer.backward, np.ones((1, 1)))
        attempt(layer.update, [2**70], "sgd")
        handle = attempt(layer.forward, np.ones((1, width)))
        attempt(lambda: handle.tofile("{path}", " ", "%.0swritten"))
before(Model, "forward", grab)
""",
        checks=FORWARD,
    ),
    "methods-that-are-not-exported": Case(
        "model.py",
        """
def grab(model, x):
    layer = model.layers[0]
    call = layer._call
    for name in ("w", "calls", "_write_down", "__init__", "__dict__", "__class__", "__reduce__",
                 "__getattribute__", "__call__", "__setattr__"):
        for arguments in ((), ("w",), ("w", np.zeros((5, 2))), (0, np.zeros((5, 2)), [])):
            for number in (layer._number, 0, 99, -1, 2**62):
                attempt(call, number, name, arguments, {})
before(Model, "forward", grab)
""",
        checks=FORWARD,
        unharmed=True,
    ),
    "objects-as-arguments": Case(
        "model.py",
        """
class Trap(list):
    pass
def grab(model, x):
    first, second = model.layers[0], model.layers[-1]
    for argument in (second, first.forward, model, Trap, np.array([first]), [first], {"a": second},
                     np.ma.array([1.0]), np.array(["x"]), memoryview(b"x"), lambda: 3, grab):
        for method in ("forward", "backward", "update"):
            handle = attempt(getattr(first, method), argument)
            attempt(lambda: handle.tofile("{path}"))
        attempt(first.update, 0.0, argument)
before(Model, "forward", grab)
""",
        checks=FORWARD,
        unharmed=True,
    ),
    "layers-of-an-earlier-check": Case(
        "model.py",
        """
kept = []
before(Model, "forward", lambda model, x: kept.extend(model.layers))
def step(model, *_):
    for layer in kept:
        if layer not in model.layers:  # those of this check would notice
            attempt(layer.update, 0.0, "sgd")
before(Model, "backward", step)
""",
        checks=FORWARD,
        unharmed=True,
    ),
    # A call of the suite's objects that does not end
    "multiplying-objects": Case(
        "model.py",
        """
any_integers()
def busy(model, x):
    layer = model.layers[0]
    attempt(layer.forward, np.ones((1, 2))); attempt(layer.backward, np.ones((1, 5)))
    attempt(layer.update, np.zeros((450, 450, 1, 1)).astype("i1"), "sgd")
    attempt(layer.update, [2**70], "sgd")
    attempt(layer.forward, np.ones((450, 450), "i1"))
before(Model, "forward", busy)
""",
        checks=FORWARD,
    ),
    "calls-without-end": Case(
        "model.py",
        """
def busy(model, x):
    while True:
        attempt(model.layers[0].update, 0.0, "sgd")
before(Model, "forward", busy)
""",
        stub=True,
        checks=FORWARD,
    ),
    "calls-with-the-most-that-is-allowed": Case(
        "model.py",
        """
big = np.ones((50_000, 2), "i1")
def busy(model, x):
    while True:
        attempt(model.layers[0].forward, big)
before(Model, "forward", busy)
""",
        stub=True,
        checks=FORWARD,
    ),
    # Arguments that make the suite's own arrays grow
    "learning-rate-with-axes": Case(
        "model.py",
        """
def grow(model, x):
    layer = model.layers[0]
    attempt(layer.forward, np.ones((1, 2))); attempt(layer.backward, np.ones((1, 5)))
    for shape in ((400, 1, 1), (400, 1, 1, 1), (150, 1, 1, 1, 1)):
        attempt(layer.update, np.zeros(shape), "sgd")
before(Model, "forward", grow)
""",
        checks=SOME_MODEL,
    ),
    "learning-rate-of-other-kinds": Case(
        "model.py",
        """
any_integers()
def grow(model, x):
    layer = model.layers[0]
    attempt(layer.forward, np.ones((1, 2))); attempt(layer.backward, np.ones((1, 5)))
    for rate in (np.zeros(()), np.zeros((1, 1)), np.zeros((0, 2**40)), [0.0], (0.0,), 2**70, True,
                 None, "0", np.complex128(0), {1: 2}, np.zeros((2,) * 20, "i1"), b"0"):
        attempt(layer.update, rate, "sgd")
        attempt(layer.update, 0.0, rate)
        attempt(layer.update, learning_rate=0.0, **{"x" * 100_000: rate})
before(Model, "forward", grow)
""",
        checks=SOME_MODEL,
    ),
    "inputs-with-axes": Case(
        "model.py",
        """
def grow(model, x):
    layer = model.layers[0]
    for shape in ((2,), (50, 1000, 2), (0, 2), (0, 2**40), (50_000, 2), (1,) * 8, (1,) * 20, ()):
        for method in (layer.forward, layer.backward):
            attempt(method, np.ones(shape, "i1") if 2**40 not in shape else np.zeros(shape, "i1"))
before(Model, "forward", grow)
""",
        checks=SOME_MODEL,
    ),
    # Equal hashes
    "colliding-keys": Case(
        "linear_layer.py",
        """
keys = list(itertools.islice(itertools.product((-1, -2), repeat=14), 16_000))
answer = {"dict": [[{"tuple": key}, 0] for key in keys]}
before(Linear_Layer, "forward", lambda *_: hijack(
    lambda w, m: framed([m[0], "return", answer, ["", [], []]]) if m[1] == "return" else None))
""",
        stub=True,
        checks=LINEAR,
    ),
    "colliding-keys-in-many-dicts": Case(
        "linear_layer.py",
        """
keys = [{"tuple": key} for key in itertools.product((-1, -2), repeat=8)]
some = {"set": keys}
answer = [some] * 60
before(Linear_Layer, "forward", lambda *_: hijack(
    lambda w, m: framed([m[0], "return", answer, ["", [], []]]) if m[1] == "return" else None))
""",
        stub=True,
        checks=LINEAR,
    ),
    "colliding-keys-in-a-call": Case(
        "model.py",
        """
keys = [{"tuple": key} for key in itertools.islice(itertools.product((-1, -2), repeat=14), 9000)]
def collide(model, x):
    call = [7, "host", model.layers[0]._number, "forward", [{"set": keys}],
            {"dict": [[key, 0] for key in keys]}]
    model.layers[0]._call.__self__.pipe.sendall(framed(call))
before(Model, "forward", collide)
""",
        checks=FORWARD,
    ),
    # Warnings, printed text and other effects
    "a-flood-of-warnings": Case(
        "linear_layer.py",
        """
flood = ["", [["RuntimeWarning", "w%d" % i] for i in range(30_000)], []]
before(Linear_Layer, "__init__", lambda *_: hijack(
    lambda w, m: framed([m[0], "return", None, flood])
    if m[1] in ("return", "raise") and isinstance(m[2], (type(None), np.ndarray)) else None))
""",
        stub=True,
    ),
    "long-warnings-from-every-call": Case(
        "linear_layer.py",
        """
before(Linear_Layer, "__init__", lambda *_: hijack(lambda w, m: framed(
    [m[0], "raise", {"dict": [["types", ["ValueError"] * 1000], ["text", "t" * 200_000],
     ["frames", [["f" * 1000, 1, "n" * 1000]] * 50]]},
     ["", [["RuntimeWarning", str(i) * 20_000] for i in range(20)], []]])
    if m[1] in ("return", "raise") and isinstance(m[2], np.ndarray) else None))
""",
        stub=True,
    ),
    "a-flood-of-printed-text": Case(
        "linear_layer.py",
        """
before(Linear_Layer, "__init__", lambda *_: hijack(
    lambda w, m: w.plain_send([*m[:3], ["x\\n" * 200_000, [], []]]) or b"" if m[1] == "return"
    else None))
""",
        stub=True,
    ),
    # Answers that take long to look at
    "twenty-axes": Case(
        "linear_layer.py",
        "Linear_Layer.forward = lambda self, x: np.zeros((2,) * 20, np.int8)\n",
        stub=True,
        checks=LINEAR,
    ),
    "twenty-axes-by-force": Case(
        "linear_layer.py",
        """
answer = {"array": ["|i1", [2] * 20, 0]}
before(Linear_Layer, "forward", lambda *_: hijack(
    lambda w, m: framed([m[0], "return", answer, ["", [], []]], bytes(2**20))
    if m[1] == "return" else None))
""",
        stub=True,
        checks=LINEAR,
    ),
    "large-answers": Case(
        "linear_layer.py",
        """
answers = itertools.cycle([
    np.random.rand(2_000_000), np.random.rand(1000, 2000), np.full((8,) * 8, 3, "i1"),
    np.arange(2**24, dtype="i1"), np.full((1400, 1400), np.nan), [1.5] * 1_000_000])
Linear_Layer.forward = Linear_Layer.backward = lambda self, x: next(answers)
Linear_Layer.w = Linear_Layer.delta_w = property(lambda self: next(answers), lambda self, w: None)
""",
        stub=True,
    ),
    # What the suite's objects keep
    "arguments-that-are-kept": Case(
        "model.py",
        """
big = np.zeros(2_000_000)
def keep(model, layers):
    for _ in range(25):
        for layer in layers[:1]:
            attempt(layer.update, big)
before(Model, "Build", keep)
""",
        stub=True,
    ),
    "many-arguments-in-every-check": Case(
        "model.py",
        """
big = np.zeros((33_000, 3))
def keep(model, layers):
    for layer in layers:
        for _ in range(30):
            attempt(layer.forward, big[:, :2]); attempt(layer.forward, big)
            attempt(layer.backward, big[:, :1]); attempt(layer.backward, big)
before(Model, "Build", keep)
""",
        stub=True,
    ),
    "answers-that-are-kept": Case(
        "model.py",
        """
long = [float(i) for i in range(400_000)]
Model.history = property(lambda self: {key: long for key in (
    "train_loss", "train_accuracy", "test_loss", "test_accuracy")}, lambda self, value: None)
""",
        stub=True,
    ),
    # Objects of the student's
    "many-objects-sent-twice": Case(
        "model.py",
        """
answer = [{"object": [i + 1000, "x", [], []]} for i in range(40_000)]
few = [{"object": [i + 1000, "x" * 90, [], []]} for i in range(900)] * 10
def objects(model, *_):
    hijack(lambda w, m: framed([m[0], "return", [answer, few][m[0] % 2], ["", [], []]])
           if m[1] in ("return", "raise") else None)
before(Model, "Build", objects)
""",
        stub=True,
    ),
    "new-objects-without-end": Case(
        "model.py",
        """
count = itertools.count(10**17)
def objects(model, *_):
    pipe, number = model.layers[0]._call.__self__.pipe, 5
    while True:
        pipe.sendall(framed([5, "host", 0, "x", [{"object": [next(count), "x", [], []]}
                                                 for _ in range(1000)], {"dict": []}]))
before(Model, "forward", objects)
""",
        stub=True,
        checks=FORWARD,
    ),
}


def files_of(case, path):
    """Make the submission of a case, for which `path` is a file that the grader could write."""
    files = {name: f"import numpy as np\n{text}".encode() for name, text in STUB.items()}
    files = files if case.stub else dict(REFERENCE)
    files[case.file] += (HEAD + case.code.replace("{path}", str(path))).encode()
    return files


def main():
    """Grade one case."""
    case = CASES[sys.argv[1]]
    suite = f"test_{case.file}"
    sandbox, draws = find_sandbox(LAB), Draws(5, PUBLIC_SECRET)
    stage = Stage(LAB)
    processes = Processes(sandbox, stage)
    with Supervisor(processes, FingerprintStore(LAB, draws)) as supervisor:
        start = time.monotonic()
        checks = [f"{suite}::{check}" for check in case.checks] or [suite]
        answer = supervisor.examine(draws, checks, (files_of(case, sys.argv[2]), {}))
        seconds = time.monotonic() - start
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = max(own, supervisor._warm.memory) / 1024
    stage.close()
    print(
        json.dumps(
            {
                "checks": {r.id.partition("::")[2]: [r.outcome, r.message] for r in answer.checks},
                "seconds": seconds,
                "memory": memory,
            }
        )
    )


if __name__ == "__main__":
    main()
