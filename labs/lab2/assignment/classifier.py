"""Training with mini-batches."""

import numpy as np


class Classifier:
    """A network that tells classes apart, and its training.

    A layer is any object with ``forward(x)``, ``backward(grad)`` and ``update(learning_rate,
    optimizer)``, and a loss any with ``forward(z, labels)`` and ``backward()``. The classifier uses
    these and nothing else of them, so it neither imports nor knows your other files.

    Parameters
    ----------
    layers : list
        The layers, in forward order; the last gives the logits.
    loss : object
        The loss, such as a ``Softmax_Cross_Entropy``.

    Attributes
    ----------
    layers, loss
        As given.
    history : list of float
        The loss of each epoch of ``fit``.
    """

    def __init__(self, layers: list, loss) -> None:
        # This method and the next three are given: they are those of Lab 1's Model.
        self.layers, self.loss = layers, loss
        self.history: list[float] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the logits of a batch, (N, K)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Return dL/dx from dL/dz."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Take one step with every layer."""
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the class of each sample: that with the largest logit.

        Parameters
        ----------
        x : ndarray
            N samples.

        Returns
        -------
        ndarray of shape (N,)
            Integers.
        """
        raise NotImplementedError("Classifier.predict")

    def Compute_Accuracy(self, x: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of samples whose class is predicted right.

        Parameters
        ----------
        x : ndarray
            N samples.
        labels : ndarray of shape (N,)
            The right class of each.

        Returns
        -------
        float
            From 0 to 1.
        """
        raise NotImplementedError("Classifier.Compute_Accuracy")

    def fit(
        self,
        x: np.ndarray,
        labels: np.ndarray,
        epochs: int = 10,
        learning_rate: float = 0.05,
        batch_size: int = 25,
        optimizer: str = "sgdm",
    ) -> list[float]:
        """Train with mini-batches, and return ``history``.

        An epoch goes once through all samples, in the order in which they are given: the first
        ``batch_size`` of them, then the next, and so on. The last batch holds what is left, which
        may be fewer. With each batch: forward, the loss, backward, update. At the end of the
        epoch ``history`` gets the mean over all samples of the losses that were computed on the
        way; every sample counts the same, also those of a smaller batch.

        Parameters
        ----------
        x : ndarray
            N samples.
        labels : ndarray of shape (N,)
            The right class of each.
        epochs : int
            How many times all samples are gone through.
        learning_rate : float
            The step size.
        batch_size : int
            How many samples a batch has.
        optimizer : {'sgd', 'sgdm'}
            The name of the optimizer.

        Returns
        -------
        list of float
            ``history``, which a further ``fit`` continues.
        """
        raise NotImplementedError("Classifier.fit")
