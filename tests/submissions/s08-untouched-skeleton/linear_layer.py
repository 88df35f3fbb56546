"""The fully connected layer of the network."""

import numpy as np


class Linear_Layer:
    r"""A fully connected layer without bias.

    On paper a sample is a column X of ``input_dim`` numbers, and the layer computes the column

    .. math:: Z = W X

    of ``output_dim`` numbers. Here a batch of N samples is an array with one sample in each row.
    Laying a column down as a row is a transposition, and transposing a product swaps its factors,

    .. math:: Z^T = X^T W^T,

    so the N rows together become ``z = x @ w.T``, with ``x`` of shape (N, input_dim), ``w`` of
    shape (output_dim, input_dim) and ``z`` of shape (N, output_dim).

    Going back, the layer is handed dL/dz, with L the loss of the whole network. By the chain
    rule, the derivative of L with respect to any quantity q is the sum, over all elements of z
    that q has a part in, of dL/d(element) times d(element)/dq.

    * A weight joins one input to one output, and does so for every sample: its derivative is a
      sum over the N samples.
    * An input belongs to one sample and feeds every output of that sample: its derivative is a
      sum over the ``output_dim`` outputs.

    Write either sum with indices for one weight or one input, then look for the matrix product
    that does all these sums at once; the shapes leave little choice. The loss has already been
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
        """Carry the gradient of the loss from the layer's output to its weights and its input.

        Apply the chain rule at the input of the last ``forward``; no factor of its own. Set
        ``delta_w`` to dL/dw (do not add to what it held), and leave ``w`` and ``momentum_w``
        alone.

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
        >>> layer = Linear_Layer(2, 2)
        >>> layer.w = np.array([[0.2, -0.4], [0.5, 0.6]])
        >>> _ = layer.forward(np.array([[1.0, 0.5]]))
        >>> layer.backward(np.array([[-0.1614, 0.0518]])).round(4)
        array([[-0.0064,  0.0956]])
        >>> layer.delta_w.round(4)
        array([[-0.1614, -0.0807],
               [ 0.0518,  0.0259]])
        """
        raise NotImplementedError("Linear_Layer.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Take one step of gradient descent with the gradient of the last ``backward``.

        ``'sgd'`` moves ``w`` against ``delta_w``, ``learning_rate`` times as far.

        ``'sgdm'`` first lets the momentum decay by the factor ``beta`` and adds ``delta_w`` to
        it, then moves ``w`` against the momentum, ``learning_rate`` times as far.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The rule of the step.

        Raises
        ------
        ValueError
            If there is no such optimizer.

        Examples
        --------
        >>> layer = Linear_Layer(1, 1)
        >>> layer.w = np.array([[1.0]])
        >>> layer.delta_w = np.array([[2.0]])
        >>> layer.update(0.1, "sgdm")
        >>> layer.w.round(4)
        array([[0.8]])
        >>> layer.update(0.1, "sgdm")
        >>> layer.w.round(4)
        array([[0.42]])
        """
        raise NotImplementedError("Linear_Layer.update")

    def L2_Norm(self) -> None:
        """Divide ``w`` by its L2 norm, the root of the sum of the squares of all its elements.

        An all-zero ``w`` stays as it is.

        Examples
        --------
        >>> layer = Linear_Layer(2, 1)
        >>> layer.w = np.array([[3.0, 4.0]])
        >>> _ = layer.L2_Norm()
        >>> layer.w.round(4)
        array([[0.6, 0.8]])
        """
        raise NotImplementedError("Linear_Layer.L2_Norm")
