"""The activation functions of the network and their derivatives."""

import numpy as np


class Activation:
    """An activation function as a layer of its own.

    The layer applies one function f to every element of its input: a = f(z). Each output depends
    on one input, so the chain rule has one term: dL/dz is dL/da times f'(z), with f' taken at the
    input z (section 5.1 of the handout). The functions, their derivatives, ``forward`` and
    ``backward`` take an array of any shape, and return one of the same shape.

    The three functions are::

        sigmoid(x)  = 1 / (1 + exp(-x))
        relu(x)     = max(0, x)
        softplus(x) = ln(1 + exp(x))

    All six methods, functions and derivatives, must be finite and give no floating-point warning
    for ``|x| <= 1000``. The formulas typed in as they stand overflow: find an equivalent form
    that never takes the exponential of a large number. Nine correct decimals are enough, and of
    a derivative a relative error below 1e-6 where ``|x| <= 20``.

    Parameters
    ----------
    func_name : {'sigmoid', 'relu', 'softplus'}
        Which function the layer applies.

    Attributes
    ----------
    func_name : str
        The name it was built with.
    forward_func : dict
        For each of the three names, the method that computes the function.
    backward_func : dict
        For each of the three names, the method that computes the derivative.
    pre_input : ndarray or None
        The array last given to ``forward``.
    pre_output : ndarray or None
        The array that ``forward`` last returned.

    Raises
    ------
    ValueError
        If ``func_name`` is none of the three; the message lists them.

    Examples
    --------
    >>> layer = Activation("sigmoid")
    >>> layer.forward(np.array([[0.0, 0.8]])).round(4)
    array([[0.5 , 0.69]])
    >>> layer.pre_input
    array([[0. , 0.8]])

    Any other name is an error, whose message lists the three:

    >>> Activation("tanh")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ValueError: ...
    """

    def __init__(self, func_name: str) -> None:
        self.func_name = func_name
        self.forward_func = {
            "sigmoid": self.sigmoid,
            "relu": self.relu,
            "softplus": self.softplus,
        }
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }
        self.pre_input: np.ndarray | None = None
        self.pre_output: np.ndarray | None = None
        # To do: any other func_name raises a ValueError that lists the three.
        raise NotImplementedError("Activation.__init__")

    def sigmoid(self, x: np.ndarray) -> np.ndarray:
        """Compute the sigmoid, elementwise.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            Values in [0, 1].

        Examples
        --------
        >>> Activation("sigmoid").sigmoid(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([0.    , 0.5   , 0.7311])
        """
        raise NotImplementedError("Activation.sigmoid")

    def relu(self, x: np.ndarray) -> np.ndarray:
        """Compute the rectified linear unit (ReLU), elementwise.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            Values that are never negative.

        Examples
        --------
        (``+ 0.0`` only makes -0.0 print as 0.0.)

        >>> Activation("relu").relu(np.array([-2.0, 0.5, 3.0])) + 0.0
        array([0. , 0.5, 3. ])
        """
        raise NotImplementedError("Activation.relu")

    def softplus(self, x: np.ndarray) -> np.ndarray:
        """Compute the softplus, elementwise.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            Values that are never negative.

        Examples
        --------
        >>> Activation("softplus").softplus(np.array([0.0, 1.0, 2.0])).round(4)
        array([0.6931, 1.3133, 2.1269])
        """
        raise NotImplementedError("Activation.softplus")

    def derivative_sigmoid(self, x: np.ndarray) -> np.ndarray:
        """Compute the derivative of the sigmoid at the pre-activation.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations: the sigmoid's input, not its output.

        Returns
        -------
        ndarray of the shape of x
            The slope of the sigmoid at every element.

        Examples
        --------
        >>> Activation("sigmoid").derivative_sigmoid(np.array([0.0, 0.8])).round(4)
        array([0.25  , 0.2139])
        """
        raise NotImplementedError("Activation.derivative_sigmoid")

    def derivative_relu(self, x: np.ndarray) -> np.ndarray:
        """Compute the derivative of the ReLU at the pre-activation.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            The slope at every element, float64. At 0, where there is no slope, any value in
            [0, 1] is right.

        Examples
        --------
        (``+ 0.0`` only makes -0.0 print as 0.0.)

        >>> Activation("relu").derivative_relu(np.array([-2.0, 0.5, 3.0])) + 0.0
        array([0., 1., 1.])
        """
        raise NotImplementedError("Activation.derivative_relu")

    def derivative_softplus(self, x: np.ndarray) -> np.ndarray:
        """Compute the derivative of the softplus at the pre-activation.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            The slope of the softplus at every element.

        Examples
        --------
        >>> Activation("softplus").derivative_softplus(np.array([0.0, 2.0])).round(4)
        array([0.5   , 0.8808])
        """
        raise NotImplementedError("Activation.derivative_softplus")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Apply the layer's function, and record its input and output.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations; kept as ``pre_input``.

        Returns
        -------
        ndarray of the shape of x
            The activations; kept as ``pre_output``.

        Examples
        --------
        >>> layer = Activation("softplus")
        >>> layer.forward(np.array([[0.0, 2.0]])).round(4)
        array([[0.6931, 2.1269]])
        >>> layer.pre_output.round(4)
        array([[0.6931, 2.1269]])
        """
        raise NotImplementedError("Activation.forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Compute dL/d(input) from dL/d(output), by the chain rule.

        It holds for the input of the last ``forward``. The layer applies no factor of its own.

        Parameters
        ----------
        grad : ndarray of the shape of the last input
            dL/d(output).

        Returns
        -------
        ndarray of the same shape
            dL/d(input).

        Examples
        --------
        >>> layer = Activation("sigmoid")
        >>> _ = layer.forward(np.array([[0.0, 0.8]]))
        >>> layer.backward(np.array([[-0.6456, 0.2421]])).round(4)
        array([[-0.1614,  0.0518]])
        """
        raise NotImplementedError("Activation.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Do nothing: none of the three functions has a trainable parameter.

        The method exists so that a model can treat all its layers alike.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : str
            The name of the optimizer.

        Examples
        --------
        The layer is the same afterwards:

        >>> layer = Activation("relu")
        >>> _ = layer.update(0.1, "sgd")
        >>> layer.func_name
        'relu'
        """
        raise NotImplementedError("Activation.update")
