"""Tells whether arrays are the same but for rounding."""

from __future__ import annotations

import numpy as np

#: How closely a relation must hold. Gradients by finite differences are good to about 1e-8.
TOLERANCE = 1e-5
#: Single precision keeps about 7 digits.
SINGLE = 1e-4
#: An answer that is no further off than this is nearly right, and hardly more than rounding tells
#: one relation from another.
NEAR = 1e-3
#: A slope of less, or of more than one divided by it, is rounding.
LEAST = 1e-6


def close(a: np.ndarray, b: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Return whether two arrays of one shape differ by rounding only, as a whole."""
    return float(np.linalg.norm(a - b)) <= tolerance * float(np.linalg.norm(b))


def differs(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return which entries differ by more than rounding."""
    return np.asarray(np.abs(actual - expected) > TOLERANCE * np.abs(expected).max())


def agrees(a: np.ndarray, b: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Return whether two arrays differ by rounding only, seen against how much `b` varies.

    Numbers that hardly vary would be multiples of any others that hardly do.
    """
    return float(np.linalg.norm(a - b)) <= tolerance * float(np.linalg.norm(b - b.mean()))
