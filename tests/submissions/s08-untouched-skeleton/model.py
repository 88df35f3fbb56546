"""The network: a stack of layers, and its training."""

import numpy as np


class Model:
    """A network made of layers, trained on the whole dataset at once.

    Each layer's output is the next one's input. So the chain rule can be applied one layer at a
    time, starting from the loss: every layer turns the gradient with respect to its output into
    the gradient with respect to its input, which is the output of the layer before. That is
    backpropagation.

    The loss is half the mean square error over the N samples of a batch, and its derivative with
    respect to the output starts the backward pass::

        L = sum((y_hat - y)^2 / 2) / N
        dL/dy_hat = (y_hat - y) / N

    The factor 1/N belongs here and nowhere else; the layers apply no factor of their own. Samples
    are rows: ``x`` has shape (N, input_dim), and ``y`` and the output have shape (N, 1).

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

        Examples
        --------
        >>> model = Model()
        >>> model.Build(["first", "last"])
        >>> model.layers
        ['first', 'last']
        >>> model.history["train_loss"]
        []
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

        Examples
        --------
        Two layers that are made for this example:

        >>> from types import SimpleNamespace as Layer
        >>> model = Model()
        >>> model.Build([Layer(forward=lambda x: 3.0 * x), Layer(forward=lambda x: x + 1.0)])
        >>> model.forward(np.array([[1.0], [2.0]]))
        array([[4.],
               [7.]])
        """
        raise NotImplementedError("Model.forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Compute dL/dx from dL/dy_hat, through every layer, from the last to the first.

        Parameters
        ----------
        grad : ndarray of shape (N, 1)
            dL/dy_hat, with respect to the network's output.

        Returns
        -------
        ndarray of shape (N, input_dim)
            dL/dx, with respect to the network's input.

        Examples
        --------
        For the two layers 3 x and x^2, at x = 2. The second receives 6, so its slope is 12:

        >>> from types import SimpleNamespace as Layer
        >>> first = Layer(forward=lambda x: 3.0 * x, backward=lambda grad: 3.0 * grad)
        >>> last = Layer(forward=lambda x: x**2, backward=lambda grad: 12.0 * grad)
        >>> model = Model()
        >>> model.Build([first, last])
        >>> model.forward(np.array([[2.0]]))
        array([[36.]])
        >>> model.backward(np.array([[1.0]]))
        array([[36.]])
        """
        raise NotImplementedError("Model.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Call ``update`` of every layer once.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The name of the optimizer.

        Examples
        --------
        >>> from types import SimpleNamespace as Layer
        >>> layer = Layer(update=lambda learning_rate, optimizer: print(learning_rate, optimizer))
        >>> model = Model()
        >>> model.Build([layer, layer])
        >>> model.update(0.1, "sgd")
        0.1 sgd
        0.1 sgd
        """
        raise NotImplementedError("Model.update")

    def Record_History(
        self,
        train_loss: float | None,
        train_accuracy: float | None,
        test_loss: float | None = None,
        test_accuracy: float | None = None,
    ) -> None:
        """Append each value to the list of its name in ``history``.

        Parameters
        ----------
        train_loss, train_accuracy, test_loss, test_accuracy : float or None
            What was measured in one epoch; a None appends nothing.

        Examples
        --------
        >>> model = Model()
        >>> model.Record_History(0.5, 0.75)
        >>> len(model.history["train_loss"]), model.history["test_loss"]
        (1, [])
        """
        raise NotImplementedError("Model.Record_History")

    def Show_Training_Stage_Info(self, epoch: int) -> None:
        """Print one line with the epoch and the latest loss and accuracy.

        While the history is empty, print the epoch alone.

        Parameters
        ----------
        epoch : int
            The epoch's number, counted from 0 or from 1.

        Examples
        --------
        The wording of the line is up to you. After ``Record_History(0.125, 0.75)`` that of epoch
        500 may be::

            epoch 500, train loss 0.125000, train accuracy 0.750000
        """
        raise NotImplementedError("Model.Show_Training_Stage_Info")

    def predict_2_binary(self, y_hat: np.ndarray) -> np.ndarray:
        """Turn the network's outputs into the labels 0 and 1.

        Parameters
        ----------
        y_hat : ndarray of shape (N, 1)
            The network's outputs, of any float, integer or boolean dtype.

        Returns
        -------
        ndarray of shape (N, 1)
            1 where the output is above 0.5, else 0; of any float, integer or boolean dtype.

        Examples
        --------
        >>> Model().predict_2_binary(np.array([[0.2], [0.5], [0.7]])).astype(float)
        array([[0.],
               [0.],
               [1.]])
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
            A number in [0, 1]; NumPy's ``float64`` is a float, too.

        Raises
        ------
        ValueError
            If the two shapes differ.

        Examples
        --------
        >>> model, y_hat = Model(), np.array([[0.9], [0.2]])
        >>> print(model.Compute_Accuracy(y_hat, np.array([[1.0], [1.0]])))
        0.5

        Labels of shape (2,) do not match outputs of shape (2, 1):

        >>> model.Compute_Accuracy(y_hat, np.array([1.0, 1.0]))  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        ValueError: ...
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
            Half the mean square error.
        accuracy : float
            The share of samples that are predicted correctly.

        Examples
        --------
        A model without layers returns what it is given:

        >>> loss, accuracy = Model().evaluate(np.array([[0.5], [1.0]]), np.array([[0.0], [1.0]]))
        >>> print(loss, accuracy)
        0.0625 1.0
        """
        raise NotImplementedError("Model.evaluate")

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
        """Train the network; every step uses the whole dataset.

        Each epoch does four things, in this order:

        1. the forward pass;
        2. record the loss and the accuracy of that pass, and those of ``test_data``, with the
           weights as they are before the update;
        3. the backward pass, from dL/dy_hat = (y_hat - y) / N;
        4. the update.

        Layers remember their last input, and ``backward`` relies on it: do not evaluate
        ``test_data`` between the forward pass and its backward pass. Training continues from the
        current weights and momentum: two calls of 50 epochs equal one of 100.

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
            The name of the optimizer.
        test_data : tuple of two ndarrays, optional
            Samples and labels that are evaluated in every epoch and never trained on. Without
            them the two ``test_`` lists of the history stay empty.
        verbose : int
            Call ``Show_Training_Stage_Info`` every ``verbose`` epochs, 0 for never. Which epoch
            is the first of them is up to you.

        Returns
        -------
        dict
            The history.

        Examples
        --------
        Two epochs of one weight w, which starts at 0, with the same sample twice. For x = 2 the
        output is 2 w. The gradient is -2, so w becomes 0.2; then it is -1.2, so w becomes 0.32:

        >>> class Scale:
        ...     w = 0.0
        ...
        ...     def forward(self, x):
        ...         self.x = x
        ...         return self.w * x
        ...
        ...     def backward(self, grad):
        ...         self.delta_w = (self.x * grad).sum()
        ...         return self.w * grad
        ...
        ...     def update(self, learning_rate, optimizer):
        ...         self.w -= learning_rate * self.delta_w
        >>> model = Model()
        >>> model.Build([Scale()])
        >>> x, y = np.array([[2.0], [2.0]]), np.array([[1.0], [1.0]])
        >>> history = model.fit(x, y, epochs=2, learning_rate=0.1, optimizer="sgd")
        >>> np.round(history["train_loss"], 4)
        array([0.5 , 0.18])
        >>> model.forward(x).round(4)
        array([[0.64],
               [0.64]])
        >>> history["test_loss"]
        []
        """
        raise NotImplementedError("Model.fit")
