"""The network: a stack of layers, and its training."""

import numpy as np


class Model:
    r"""A network made of layers, trained on the whole dataset at once.

    The network is a composition of functions: each layer's output is the next one's input. So
    the chain rule can be applied one layer at a time, starting from the loss: every layer turns
    the gradient with respect to its output into the gradient with respect to its input, which is
    the output of the layer before. That is backpropagation.

    The loss of the output :math:`\hat y` is the mean square error over the N samples of a batch,

    .. math:: L = \frac1N \sum_{n=1}^N \frac12 (\hat y_n - y_n)^2.

    What starts the way back is its derivative with respect to the output,

    .. math:: \frac{\partial L}{\partial \hat y_n} = \frac{\hat y_n - y_n}{N}.

    The factor 1/N belongs here and nowhere else; the layers apply no factor of their own. On
    paper a sample is a column; here it is a row, so ``x`` has shape (N, input_dim), and ``y`` and
    the network's output have shape (N, 1).

    A layer is any object with the methods ``forward(x)``, ``backward(grad)`` and
    ``update(learning_rate, optimizer)``.

    Attributes
    ----------
    layers : list
        The layers, in the order of the forward pass.
    history : dict
        The keys ``train_loss``, ``train_accuracy``, ``test_loss`` and ``test_accuracy``, each
        with a list of one float per recorded epoch.

    Examples
    --------
    A layer can be anything with the three methods:

    >>> class Triple:
    ...     def forward(self, x):
    ...         return 3.0 * x
    ...
    ...     def backward(self, grad):
    ...         return 3.0 * grad
    ...
    ...     def update(self, learning_rate, optimizer):
    ...         pass
    >>> model = Model()
    >>> model.Build([Triple(), Triple()])
    >>> model.forward(np.array([[1.0], [2.0]]))
    array([[ 9.],
           [18.]])
    >>> history = model.fit(np.array([[0.5]]), np.array([[1.0]]), epochs=4)
    >>> print(history["train_loss"][0])
    6.125
    """

    def __init__(self) -> None:
        self.layers: list = []
        self.history: dict[str, list[float]] = {
            "train_loss": [],
            "train_accuracy": [],
            "test_loss": [],
            "test_accuracy": [],
        }

    def Build(self, layers: list) -> None:
        """Set the layers of the network, and empty the history.

        Parameters
        ----------
        layers : list
            The layers, in the order of the forward pass.
        """
        raise NotImplementedError("Model.Build")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the network's output, through every layer in order.

        Parameters
        ----------
        x : ndarray of shape (N, input_dim)
            One sample in each row.

        Returns
        -------
        ndarray of shape (N, 1)
            The output of the last layer.
        """
        raise NotImplementedError("Model.forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Carry the gradient of the loss through every layer, from the last to the first.

        Parameters
        ----------
        grad : ndarray of shape (N, 1)
            The derivative of the loss with respect to the network's output.

        Returns
        -------
        ndarray of shape (N, input_dim)
            The derivative of the loss with respect to the network's input.
        """
        raise NotImplementedError("Model.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Call ``update`` of every layer once.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The rule of the step.
        """
        raise NotImplementedError("Model.update")

    def fit(
        self,
        x: np.ndarray,
        y: np.ndarray,
        epochs: int = 30000,
        learning_rate: float = 0.1,
        optimizer: str = "sgdm",
        test_data: tuple[np.ndarray, np.ndarray] | None = None,
        verbose: int = 0,
    ) -> dict[str, list[float]]:
        """Train the network, the whole dataset in every step.

        Each epoch is a forward pass, a record of the loss and the accuracy of that pass, a
        backward pass and an update. What is recorded belongs to the weights before the update,
        for ``test_data`` too. Training goes on from the current weights and momentum: two calls
        of 50 epochs equal one of 100.

        Layers remember their last input, and ``backward`` relies on it: evaluating ``test_data``
        must not come between the training forward pass and its backward pass.

        Parameters
        ----------
        x : ndarray of shape (N, input_dim)
            One sample in each row.
        y : ndarray of shape (N, 1)
            The labels, 0 or 1.
        epochs : int
            How many epochs.
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The rule of the step.
        test_data : tuple of two ndarrays, optional
            Samples and labels that are evaluated in every epoch and never trained on.
        verbose : int
            Call ``Show_Training_Stage_Info`` every so many epochs; 0 means never.

        Returns
        -------
        dict
            The history.
        """
        raise NotImplementedError("Model.fit")

    def Record_History(
        self,
        train_loss: float | None,
        train_accuracy: float | None,
        test_loss: float | None = None,
        test_accuracy: float | None = None,
    ) -> None:
        """Append to the history, each value to the list of its name.

        Parameters
        ----------
        train_loss, train_accuracy, test_loss, test_accuracy : float or None
            What was measured in one epoch; a None appends nothing.

        Examples
        --------
        >>> model = Model()
        >>> model.Record_History(0.5, 0.75)
        >>> model.history["train_loss"] == [0.5], model.history["test_loss"] == []
        (True, True)
        """
        raise NotImplementedError("Model.Record_History")

    def Show_Training_Stage_Info(self, epoch: int) -> None:
        """Print one line with the epoch and the latest loss and accuracy.

        Before anything was recorded, print the epoch alone.

        Parameters
        ----------
        epoch : int
            The epoch's number; whether it counts from 0 or from 1 is free.
        """
        raise NotImplementedError("Model.Show_Training_Stage_Info")

    def predict_2_binary(self, y_hat: np.ndarray) -> np.ndarray:
        """Turn the network's outputs into the labels 0 and 1.

        Parameters
        ----------
        y_hat : ndarray of any shape, of a real, integer or boolean dtype
            Outputs.

        Returns
        -------
        ndarray of the shape of y_hat
            1 where the output is above 0.5, else 0; of any real, integer or boolean dtype.

        Examples
        --------
        >>> Model().predict_2_binary(np.array([[0.2], [0.5], [0.7]])) == [[0], [0], [1]]
        array([[ True],
               [ True],
               [ True]])
        """
        raise NotImplementedError("Model.predict_2_binary")

    def Compute_Accuracy(self, y_hat: np.ndarray, y: np.ndarray) -> float:
        """Compute the share of samples whose binary prediction equals the label.

        Parameters
        ----------
        y_hat : ndarray of shape (N, 1)
            The network's outputs.
        y : ndarray of shape (N, 1)
            The labels, 0 or 1.

        Returns
        -------
        float
            A number in [0, 1].

        Raises
        ------
        ValueError
            If the two shapes differ.

        Examples
        --------
        >>> print(Model().Compute_Accuracy(np.array([[0.9], [0.2]]), np.array([[1.0], [1.0]])))
        0.5
        """
        raise NotImplementedError("Model.Compute_Accuracy")

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Compute the loss and the accuracy of the current weights.

        Changes neither the weights nor the history.

        Parameters
        ----------
        x : ndarray of shape (N, input_dim)
            One sample in each row.
        y : ndarray of shape (N, 1)
            The labels, 0 or 1.

        Returns
        -------
        loss : float
            The mean square error (with the factor 1/2).
        accuracy : float
            The share of samples that are predicted right.

        Examples
        --------
        A model without layers returns what it is given:

        >>> loss, accuracy = Model().evaluate(np.array([[0.5], [1.0]]), np.array([[0.0], [1.0]]))
        >>> print(loss, accuracy)
        0.0625 1.0
        """
        raise NotImplementedError("Model.evaluate")
