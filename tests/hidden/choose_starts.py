"""Choose the initial weights for the training checks: ``python -m tests.hidden.choose_starts``.

Seeds 0, 1, 2, ... each draw the initial weights of the standard network as the contract has them.
All the networks are trained side by side, with the settings of the report. A start is good if the
network soon gets every sample right, within `EARLY` epochs, and every sample stays right from the
first time that all are right until the report's 30000 epochs are over. So it is as good for
training that ends early, which is a mistake that costs points elsewhere. And it is good for a
network whose linear layers have a bias, which is another one: as soon as without.

The `WANTED` earliest of each dataset are printed; `test_network.STARTS` lists them. Takes about
two minutes.
"""

import numpy as np

from datasets import NAMES, load
from tests.hidden.helpers import FUNCTIONS, SIGMOID, start_weights

SEEDS, EARLY, EPOCHS, WANTED = 600, 7000, 30000, 8
LEARNING_RATE, BETA = 0.1, 0.9

sigmoid = FUNCTIONS[SIGMOID]


def with_ones(inputs, bias):
    """Put a column of ones beside the inputs of layers with a bias."""
    return np.concatenate([inputs, np.ones((*inputs.shape[:-1], 1))], axis=-1) if bias else inputs


def epochs_until_right(x, y, seeds, epochs, bias=False):
    """Train one network per seed; return how many epochs each took until all stayed right.

    Those that get all right earlier, and then some wrong again, are taken for never right.

    Parameters
    ----------
    x, y
        The samples, (N, 2), and the labels, (N, 1).
    seeds
        What the initial weights are drawn with.
    epochs
        How long to train.
    bias
        Whether the linear layers have one, of zeros at first.

    Returns
    -------
    ndarray of shape (len(seeds),)
        The number of updates after which a sample was still wrong for the last time, plus 1; and
        `epochs` plus 1 where one is wrong at the end, or again.
    """
    # One network per entry of the first axis.
    w1, w2, w3 = (np.stack(w) for w in zip(*map(start_weights, seeds), strict=True))
    if bias:
        w1, w2, w3 = (np.pad(w, ((0, 0), (0, 0), (0, 1))) for w in (w1, w2, w3))
    x = with_ones(x, bias)
    m1, m2, m3 = (np.zeros_like(w) for w in (w1, w2, w3))
    last_wrong = np.full(len(seeds), -1)
    was_right = np.full(len(seeds), False)
    for epoch in range(epochs + 1):
        a1 = with_ones(sigmoid(x @ w1.mT), bias)
        a2 = with_ones(sigmoid(a1 @ w2.mT), bias)
        y_hat = a2 @ w3.mT
        wrong = ((y_hat > 0.5) != (y == 1.0)).any(axis=(1, 2))
        last_wrong[wrong & (last_wrong < epochs)] = epoch
        last_wrong[wrong & was_right] = epochs
        was_right |= ~wrong
        grad3 = (y_hat - y) / len(y)
        grad2 = (grad3 @ w3 * a2 * (1.0 - a2))[..., :3]
        grad1 = (grad2 @ w2 * a1 * (1.0 - a1))[..., :3]
        deltas = grad1.mT @ x, grad2.mT @ a1, grad3.mT @ a2
        for w, m, delta in zip((w1, w2, w3), (m1, m2, m3), deltas, strict=True):
            m *= BETA
            m += delta
            w -= LEARNING_RATE * m
    return last_wrong + 1


def needed_with_and_without_bias(x, y, seeds, epochs):
    """Return what `epochs_until_right` does, of the slower of both networks from each start."""
    return np.maximum(*(epochs_until_right(x, y, seeds, epochs, bias) for bias in (False, True)))


def choose(name):
    """Print the best starts of a dataset, and after how many epochs each stays right."""
    x, y = load(name)
    # A hundred networks at a time fit into the processor's cache.
    groups = np.arange(SEEDS).reshape(-1, 100)
    needed = np.concatenate([needed_with_and_without_bias(x, y, s, EARLY) for s in groups])
    # Only the earliest are worth the whole training, in which some may go wrong again.
    seeds = np.argsort(needed, kind="stable")[: 2 * WANTED]
    needed = needed_with_and_without_bias(x, y, seeds, EPOCHS)
    best = seeds[np.argsort(needed, kind="stable")][:WANTED]
    for seed, epochs in zip(best, np.sort(needed), strict=False):
        print(f"{name:8} seed {seed:5}  every sample stays right from epoch {epochs:5} on")
    print(f"{name:8} STARTS {tuple(sorted(best.tolist()))}")


if __name__ == "__main__":
    for dataset in NAMES:
        choose(dataset)
