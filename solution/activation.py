"""The activation functions of the network and their derivatives."""

import numpy as np


class Activation:
    r"""An activation function as a layer of its own.

    The layer applies one function f to every element of its input,

    .. math:: a = f(z),

    so an element of the output depends on one element of the input alone, the one in the same
    place. Of all the terms that the chain rule sums up for an input element, only that one is
    left: it takes the derivative of the loss by the output element, and the slope of f where
    this input element lies. Since nothing mixes the elements, it makes no difference whether a
    sample is a column, as on paper, or a row of a batch, as here: every method takes an array of
    any shape and returns one of the same shape.

    The three functions are

    .. math::

        \mathrm{sigmoid}(x) = \frac{1}{1 + e^{-x}}, \qquad
        \mathrm{relu}(x) = \max(0, x), \qquad
        \mathrm{softplus}(x) = \ln(1 + e^{x}).

    All six methods, functions and derivatives, must be finite and raise no floating-point warning
    for ``|x| <= 1000``. The formulas above, typed in as they stand, do not: find a form of the
    same function that never takes the exponential of a large number.

    Parameters
    ----------
    func_name : {'sigmoid', 'relu', 'softplus'}
        Which function the layer applies.

    Attributes
    ----------
    func_name : str
        The name it was built with.
    forward_func, backward_func : dict
        From each name to the method that computes the function, and to the one that computes its
        derivative.
    pre_input : ndarray or None
        The array last given to ``forward``.
    pre_output : ndarray or None
        The array that ``forward`` last returned.

    Raises
    ------
    ValueError
        If ``func_name`` is none of the three; the message names them.
    """

    def __init__(self, func_name: str):
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
        self.pre_input = None
        self.pre_output = None
        ### BEGIN SOLUTION
        if func_name not in self.forward_func:
            raise ValueError(
                f"there is no activation {func_name!r}: choose one of "
                + ", ".join(self.forward_func)
            )
        ### END SOLUTION

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
        """
        ### BEGIN SOLUTION
        # Multiply numerator and denominator of 1 / (1 + e^-x) by e^(x/2): what is left is a
        # shifted tanh, which saturates at +-1 where e^-x would overflow.
        return 0.5 + 0.5 * np.tanh(0.5 * x)
        ### END SOLUTION

    def relu(self, x: np.ndarray) -> np.ndarray:
        """Compute the rectified linear unit, elementwise.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            Values that are never negative.
        """
        ### BEGIN SOLUTION
        return np.maximum(0.0, x)
        ### END SOLUTION

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
        """
        ### BEGIN SOLUTION
        # ln(1 + e^x) = ln(e^0 + e^x); logaddexp takes the larger exponent out of the logarithm.
        return np.logaddexp(0.0, x)
        ### END SOLUTION

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
        """
        ### BEGIN SOLUTION
        # Differentiate 1 / (1 + e^-x): e^-x / (1 + e^-x)^2. Multiply numerator and denominator by
        # e^x: 1 / (e^(x/2) + e^(-x/2))^2 = 1 / (2 cosh(x/2))^2. Dividing before squaring keeps
        # the large numbers small.
        return (0.5 / np.cosh(0.5 * x)) ** 2
        ### END SOLUTION

    def derivative_relu(self, x: np.ndarray) -> np.ndarray:
        """Compute the derivative of the rectified linear unit at the pre-activation.

        Parameters
        ----------
        x : ndarray of any shape
            The pre-activations.

        Returns
        -------
        ndarray of the shape of x
            The slope at every element, as float64. At 0, where there is none, any value in
            [0, 1] is right.
        """
        ### BEGIN SOLUTION
        return np.where(x > 0.0, 1.0, 0.0)
        ### END SOLUTION

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
        """
        ### BEGIN SOLUTION
        # e^x / (1 + e^x) = 1 / (1 + e^-x).
        return self.sigmoid(x)
        ### END SOLUTION

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
        """
        ### BEGIN SOLUTION
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output
        ### END SOLUTION

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Carry the gradient of the loss from the layer's output to its input.

        Apply the chain rule at the input of the last ``forward``; no factor of its own.

        Parameters
        ----------
        grad : ndarray of the shape of the last input
            dL/d(output).

        Returns
        -------
        ndarray of the same shape
            dL/d(input).
        """
        ### BEGIN SOLUTION
        return grad * self.backward_func[self.func_name](self.pre_input)
        ### END SOLUTION

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Change nothing: none of the three functions has a trainable parameter.

        The method is there so that a model may treat all its layers alike.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : str
            The rule of the step.
        """
        ### BEGIN SOLUTION
        pass
        ### END SOLUTION
