"""How fast the reference solution trains: ``python -m tests.bench.solution``.

Times an epoch of ``Model.fit`` on XOR with the standard network, against the same network fused
by hand in NumPy and, where it is installed, against PyTorch eager. All of them do the same work:
float64, full batch, momentum, loss and accuracy recorded in every epoch. They take turns, and
the medians of many rounds are compared, so that a busy machine slows them all alike.
"""

import os
import statistics
import time

# Threads only slow such small products down. Set before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from datasets import load
from solution.activation import Activation
from solution.linear_layer import Linear_Layer
from solution.model import Model

try:
    import torch
except ImportError:
    torch = None

EPOCHS, ROUNDS = 300, 41
LEARNING_RATE, BETA = 0.1, 0.9


def layered(x, y, weights):
    """Return a function that trains the reference solution for some epochs."""
    layers = []
    for w in weights:
        layer = Linear_Layer(w.shape[1], w.shape[0], BETA)
        layer.w = w.copy()
        layers += [layer, Activation("sigmoid")]
    model = Model()
    model.Build(layers[:-1])
    return lambda epochs: model.fit(x, y, epochs, LEARNING_RATE)["train_loss"]


def fused(x, y, weights):
    """Return a function that trains the same network, written out as one loop."""
    w1, w2, w3 = (w.copy() for w in weights)
    m1, m2, m3 = (np.zeros_like(w) for w in weights)
    n = len(x)
    losses, accuracies = [], []

    def train(epochs):
        nonlocal w1, w2, w3, m1, m2, m3
        for _ in range(epochs):
            a1 = 0.5 + 0.5 * np.tanh(0.5 * (x @ w1.T))
            a2 = 0.5 + 0.5 * np.tanh(0.5 * (a1 @ w2.T))
            y_hat = a2 @ w3.T

            error = y_hat - y
            losses.append(0.5 * float(np.vdot(error, error)) / n)
            accuracies.append(np.count_nonzero((y_hat > 0.5) == y) / n)

            grad3 = error / n
            grad2 = (grad3 @ w3) * (a2 * (1.0 - a2))
            grad1 = (grad2 @ w2) * (a1 * (1.0 - a1))
            m1 = BETA * m1 + grad1.T @ x
            m2 = BETA * m2 + grad2.T @ a1
            m3 = BETA * m3 + grad3.T @ a2
            w1 = w1 - LEARNING_RATE * m1
            w2 = w2 - LEARNING_RATE * m2
            w3 = w3 - LEARNING_RATE * m3
        return losses

    return train


def pytorch(x, y, weights):
    """Return a function that trains the same network in PyTorch, the usual way."""
    torch.set_num_threads(1)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    layers = []
    for w in weights:
        layer = torch.nn.Linear(w.shape[1], w.shape[0], bias=False, dtype=torch.float64)
        layer.weight.data = torch.from_numpy(w.copy())
        layers += [layer, torch.nn.Sigmoid()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=BETA)
    losses, accuracies = [], []

    def train(epochs):
        for _ in range(epochs):
            y_hat = network(x)
            loss = 0.5 * torch.nn.functional.mse_loss(y_hat, y)
            losses.append(loss.item())
            accuracies.append(((y_hat > 0.5) == y).double().mean().item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return losses

    return train


def main():
    """Time all contenders in turns, and print the medians."""
    x, y = load("xor")
    rng = np.random.default_rng(0)
    weights = [rng.uniform(-1, 1, (o, i)) / np.sqrt(i) for o, i in ((3, 2), (3, 3), (1, 3))]
    contenders = {"Model.fit": layered, "fused by hand": fused}
    if torch is not None:
        contenders["PyTorch eager"] = pytorch
    trains = {name: make(x, y, weights) for name, make in contenders.items()}

    # The first round warms up, and shows that all of them train the same network.
    losses = [train(EPOCHS) for train in trains.values()]
    assert all(np.allclose(loss, losses[0], rtol=1e-9, atol=0) for loss in losses)

    seconds = {name: [] for name in trains}
    for _ in range(ROUNDS):
        for name, train in trains.items():
            start = time.perf_counter()
            train(EPOCHS)
            seconds[name].append((time.perf_counter() - start) / EPOCHS)

    print(f"An epoch of 2-3-Sigmoid-3-Sigmoid-1 on xor, median of {ROUNDS} rounds of {EPOCHS}:")
    fit_times = seconds.pop("Model.fit")
    print(f"  Model.fit      {1e6 * statistics.median(fit_times):6.1f} us")
    for name, times in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(fit_times, times, strict=True))
        median = 1e6 * statistics.median(times)
        print(f"  {name:14} {median:6.1f} us   Model.fit takes {ratio:.2f} times as long")
    if torch is None:
        print("  PyTorch is not installed")


if __name__ == "__main__":
    main()
