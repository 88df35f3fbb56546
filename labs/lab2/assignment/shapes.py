"""Images of bars and crosses, 8 by 8 pixels: 400 to train with, and 200 to test.

``load("train")`` reads ``shapes.csv``, one image in each line: its class, and 64 digits from 0
(black) to 9 (white), row by row. ``python shapes.py`` writes that file again.
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("shapes.csv")
CLASSES = ("horizontal bar", "vertical bar", "plus", "cross")
SIZES = {"train": 400, "test": 200}
LENGTH = 5
"""Of a bar, and of each arm-to-arm line of a plus or a cross, in pixels."""


def load(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the images of a part.

    Parameters
    ----------
    part : {'train', 'test'}
        Which images.

    Returns
    -------
    x : ndarray of shape (N, 1, 8, 8)
        The images, from 0 (black) to 1 (white).
    labels : ndarray of shape (N,)
        The class of each, an index into ``CLASSES``.
    """
    if part not in SIZES:
        raise ValueError(f"there are no images {part!r}: choose one of {', '.join(SIZES)}")
    lines = FILE.read_text(encoding="ascii").split()
    lines = lines[: SIZES["train"]] if part == "train" else lines[SIZES["train"] :]
    digits = np.array([list(line.partition(",")[2]) for line in lines], dtype=np.float64)
    return digits.reshape(-1, 1, 8, 8) / 9.0, np.array([int(line[0]) for line in lines])


def generate(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits of n images, (n, 8, 8), and their classes: a shape anywhere, and noise."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.resize(np.arange(len(CLASSES)), n))
    images = np.zeros((n, 8, 8))
    for image, label in zip(images, labels, strict=True):
        row, column = rng.integers(0, 8 - LENGTH + 1, 2)
        square = image[row : row + LENGTH, column : column + LENGTH]
        if label == 0:
            image[rng.integers(0, 8), column : column + LENGTH] = 1.0
        elif label == 1:
            image[row : row + LENGTH, rng.integers(0, 8)] = 1.0
        elif label == 2:
            square[LENGTH // 2, :] = square[:, LENGTH // 2] = 1.0
        else:
            np.fill_diagonal(square, 1.0)
            np.fill_diagonal(square[:, ::-1], 1.0)
    noisy = np.clip(0.9 * images + 0.2 * rng.normal(size=images.shape), 0.0, 1.0)
    return np.round(9.0 * noisy).astype(int), labels


if __name__ == "__main__":
    drawn = zip(*generate(sum(SIZES.values())), strict=True)
    lines = [f"{label},{''.join(map(str, image.ravel()))}\n" for image, label in drawn]
    FILE.write_text("".join(lines), encoding="ascii")
