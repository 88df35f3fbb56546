"""Softmax, and the loss of a classifier."""

import numpy as np


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn each row of logits into probabilities: ``exp(z[n, k])`` over the sum of its row.

    The result must be finite, and no floating-point warning may be given, for ``|z| <= 1000``.
    The formula typed in as it stands overflows: what changes if the same number is subtracted from
    a whole row first?

    Parameters
    ----------
    z : ndarray of shape (N, K)
        The logits: one sample in each row, one class in each column; they are not changed.

    Returns
    -------
    ndarray of shape (N, K)
        Probabilities; each row sums to 1.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 998.0]])).round(4)
    array([[0.5   , 0.5   ],
           [0.8808, 0.1192]])
    """
    raise NotImplementedError("softmax")


class Softmax_Cross_Entropy:
    """The loss of a classifier: softmax, and the cross-entropy of what it gives.

    The loss of a sample is ``-ln(p)``, where p is the probability of its right class, and the loss
    of a batch is the mean over its N samples. The factor 1/N is applied here, once, as in Lab 1.

    Attributes
    ----------
    probabilities : ndarray of shape (N, K) or None
        What ``softmax`` gave in the last ``forward``.

    Examples
    --------
    >>> loss = Softmax_Cross_Entropy()
    >>> round(loss.forward(np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([0, 1])), 4)
    1.41
    >>> loss.backward().round(4)
    array([[-0.25  ,  0.25  ],
           [ 0.4404, -0.4404]])
    """

    def __init__(self) -> None:
        self.probabilities: np.ndarray | None = None

    def forward(self, z: np.ndarray, labels: np.ndarray) -> float:
        """Compute the loss of a batch, and keep what ``backward`` needs.

        The loss must be finite for ``|z| <= 1000``, also where the probability of the right class
        is so small that it is rounded to 0: take the logarithm of the formula on paper first.

        Parameters
        ----------
        z : ndarray of shape (N, K)
            The logits.
        labels : ndarray of shape (N,)
            The right class of each sample, integers from 0 to K - 1.

        Returns
        -------
        float
            The mean of ``-ln(p)``.
        """
        raise NotImplementedError("Softmax_Cross_Entropy.forward")

    def backward(self) -> np.ndarray:
        """Compute dL/dz for the logits and labels of the last ``forward``.

        It is short: write ``-ln(p)`` with the logits, and differentiate with respect to one of
        them, once for the right class and once for another (section 3.3 of the handout).

        Returns
        -------
        ndarray of shape (N, K)
            dL/dz.
        """
        raise NotImplementedError("Softmax_Cross_Entropy.backward")
