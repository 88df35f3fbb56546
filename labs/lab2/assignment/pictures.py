"""Pictures of images, weights and kernels, for the notebook."""

import matplotlib.pyplot as plt
import numpy as np


def show(arrays, titles=None, columns=10, colors="gray", size=0.9):
    """Draw arrays of two axes beside each other, all with the same range of colors.

    Parameters
    ----------
    arrays : ndarray of shape (N, H, W)
        What to draw.
    titles : iterable, optional
        What stands above each.
    columns : int
        How many are in a row.
    colors : str
        The name of matplotlib's colormap; with "RdBu_r" white is 0, red positive, blue negative.
    size : float
        The width of each, in inches.
    """
    titles = [""] * len(arrays) if titles is None else list(titles)
    rows = -(-len(arrays) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(size * columns, 1.25 * size * rows), squeeze=False
    )
    high = np.abs(arrays).max()
    low = 0.0 if colors == "gray" else -high
    for axis in axes.flat:
        axis.axis("off")
    for axis, array, title in zip(axes.flat, arrays, titles, strict=False):
        axis.imshow(array, cmap=colors, vmin=low, vmax=high)
        axis.set_title(str(title), fontsize=9)
    figure.tight_layout()
    plt.show()


def show_confusion(classifier, x, labels, classes=4):
    """Print how many samples of each class, a row, are predicted to be of each class, a column."""
    predicted = classifier.predict(x)
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    print("    " + "".join(f"{k:5}" for k in range(classes)))
    for k, row in enumerate(counts):
        print(f"{k:4}" + "".join(f"{count:5}" for count in row))
