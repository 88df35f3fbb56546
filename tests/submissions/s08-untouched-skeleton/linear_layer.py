"""The fully connected layer of the network."""

import numpy as np


class Linear_Layer:
    """A fully connected layer without bias.

    On paper a sample is a column X, and the layer computes the column Z = W X. Here the N samples
    of a batch are the rows of one array. Writing a column as a row transposes it, and transposing
    a product swaps its factors: Z^T = X^T W^T. So all rows together become ``z = x @ w.T``::

        x  (N, input_dim)
        w  (output_dim, input_dim)
        z  (N, output_dim)

    In the backward pass the layer receives dL/dz, where L is the loss of the whole network. The
    chain rule gives two sums:

    * A weight joins one input to one output, in every sample: its derivative is a sum over the
      N samples.
    * An input belongs to one sample and feeds every output of that sample: its derivative is a
      sum over the ``output_dim`` outputs.

    Write each sum with indices for one weight or one input (section 5.2 of the handout), then
    find the matrix product that computes all of them at once; the shapes help. The loss was
    averaged where it was differentiated, so the layer divides by nothing.

    Parameters
    ----------
    input_dim, output_dim : int
        The number of inputs and of outputs.
    beta : float
        The momentum's decay.

    Attributes
    ----------
    input_dim, output_dim : int
        As given.
    w : ndarray of shape (output_dim, input_dim)
        The weights, drawn from the uniform distribution between ``-1/sqrt(input_dim)`` and
        ``1/sqrt(input_dim)``.
    delta_w : ndarray of the shape of w
        dL/dw from the last ``backward``; zeros before.
    momentum_w : ndarray of the shape of w
        The momentum; zeros before the first ``update``.
    beta : float
        The momentum's decay.
    pre_input : ndarray or None
        The array last given to ``forward``.

    Examples
    --------
    >>> layer = Linear_Layer(2, 3)
    >>> layer.w.shape
    (3, 2)
    >>> layer.forward(np.ones((5, 2))).shape
    (5, 3)
    """

    def __init__(self, input_dim: int, output_dim: int, beta: float = 0.9) -> None:
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        self.pre_input: np.ndarray | None = None
        # To do: w, delta_w and momentum_w.
        raise NotImplementedError("Linear_Layer.__init__")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the layer's outputs for a batch, and record its input.

        Parameters
        ----------
        x : ndarray of shape (N, input_dim)
            One sample in each row; kept as ``pre_input``.

        Returns
        -------
        ndarray of shape (N, output_dim)
            The outputs z.

        Examples
        --------
        >>> layer = Linear_Layer(2, 2)
        >>> layer.w = np.array([[0.2, -0.4], [0.5, 0.6]])
        >>> layer.forward(np.array([[2.0, 0.5]])).round(4)
        array([[0.2, 1.3]])
        """
        raise NotImplementedError("Linear_Layer.forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Compute dL/dw and dL/dx from dL/dz, by the chain rule.

        They hold for the input of the last ``forward``. Set ``delta_w`` to dL/dw (do not add to
        what it held), and leave ``w`` and ``momentum_w`` alone. The layer applies no factor of
        its own.

        Parameters
        ----------
        grad : ndarray of shape (N, output_dim)
            dL/dz.

        Returns
        -------
        ndarray of shape (N, input_dim)
            dL/dx.

        Examples
        --------
        The same sample twice, and the second call sets the same ``delta_w`` again. (``+ 0.0``
        only makes -0.0 print as 0.0.)

        >>> layer = Linear_Layer(2, 3)
        >>> layer.w = np.array([[0.2, -0.4], [0.5, 0.6], [0.0, 1.0]])
        >>> _ = layer.forward(np.array([[1.0, 0.5], [1.0, 0.5]]))
        >>> grad = np.array([[-0.1, 0.2, 0.0], [-0.1, 0.2, 0.0]])
        >>> _ = layer.backward(grad)
        >>> layer.backward(grad).round(4)
        array([[0.08, 0.16],
               [0.08, 0.16]])
        >>> layer.delta_w.round(4) + 0.0
        array([[-0.2, -0.1],
               [ 0.4,  0.2],
               [ 0. ,  0. ]])
        """
        raise NotImplementedError("Linear_Layer.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Take one step of gradient descent with the gradient of the last ``backward``.

        The two optimizers, where ``<-`` assigns::

            sgd:   w <- w - learning_rate * delta_w

            sgdm:  momentum_w <- beta * momentum_w + delta_w
                   w <- w - learning_rate * momentum_w

        Neither changes ``delta_w``, and sgd leaves ``momentum_w`` alone.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The name of the optimizer.

        Raises
        ------
        ValueError
            If ``optimizer`` is neither of the two.

        Examples
        --------
        One step with 'sgd', then two with 'sgdm', all with the gradient 2:

        >>> layer = Linear_Layer(1, 1)
        >>> layer.w = np.array([[1.0]])
        >>> layer.delta_w = np.array([[2.0]])
        >>> layer.update(0.1, "sgd")
        >>> layer.w.round(4)
        array([[0.8]])
        >>> layer.update(0.1, "sgdm")
        >>> layer.w.round(4)
        array([[0.6]])
        >>> layer.update(0.1, "sgdm")
        >>> layer.w.round(4)
        array([[0.22]])

        Any other name is an error, whose wording is up to you:

        >>> layer.update(0.1, "adam")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        ValueError: ...
        """
        raise NotImplementedError("Linear_Layer.update")

    def L2_Norm(self) -> None:
        """Divide ``w`` by its L2 norm: the root of the sum of the squares of all its elements.

        An all-zero ``w`` stays as it is. Training does not call this method: it is for whoever
        wants to compare the directions of weights, whatever their size.

        Examples
        --------
        >>> layer = Linear_Layer(2, 1)
        >>> layer.w = np.array([[3.0, 4.0]])
        >>> _ = layer.L2_Norm()
        >>> layer.w.round(4)
        array([[0.6, 0.8]])
        """
        raise NotImplementedError("Linear_Layer.L2_Norm")
