"""The convolutional layer."""

import numpy as np

from im2col import col2im, im2col, output_size


class Conv2d:
    """A convolutional layer: Lab 1's linear layer, applied to every patch of an image.

    Each of the ``out_channels`` kernels is laid on every patch, multiplied with it number by
    number, summed, and its bias added; the kernel is not flipped. With one patch in each row,
    which is what ``im2col`` gives, this is the product of Lab 1, ``x @ w.T``, and so is the way
    back. (Section 3.2 of the handout.) As there, the layer applies no factor 1/N.

    Parameters
    ----------
    in_channels, out_channels : int
        The number of channels of the input, and of kernels.
    kernel_size : int
        The height and width of a kernel, k.
    stride, padding : int
        As for ``im2col``.
    beta : float
        The momentum's decay.

    Attributes
    ----------
    w : ndarray of shape (out_channels, in_channels, k, k)
        The kernels, drawn between ``-1/sqrt(in_channels * k * k)`` and its opposite.
    b : ndarray of shape (out_channels,)
        The biases, zeros at first.
    delta_w, delta_b : ndarray
        dL/dw and dL/db from the last ``backward``; zeros before.
    momentum_w, momentum_b : ndarray
        The momentum of both; zeros before the first ``update``.

    Examples
    --------
    >>> layer = Conv2d(3, 5, kernel_size=3, stride=2, padding=1)
    >>> layer.forward(np.ones((7, 3, 8, 8))).shape
    (7, 5, 4, 4)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        beta: float = 0.9,
    ) -> None:
        # This method is given, and so is update.
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.beta = beta
        shape = (out_channels, in_channels, kernel_size, kernel_size)
        bound = 1.0 / np.sqrt(in_channels * kernel_size**2)
        self.w = np.random.uniform(-bound, bound, size=shape)
        self.b = np.zeros(out_channels)
        self.delta_w, self.momentum_w = np.zeros(shape), np.zeros(shape)
        self.delta_b, self.momentum_b = np.zeros(out_channels), np.zeros(out_channels)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the layer's outputs for a batch, and keep what ``backward`` needs.

        Parameters
        ----------
        x : ndarray of shape (N, in_channels, H, W)
            The images.

        Returns
        -------
        ndarray of shape (N, out_channels, H_out, W_out)
            What each kernel gives at each place.

        Examples
        --------
        >>> layer = Conv2d(1, 1, kernel_size=2)
        >>> layer.w, layer.b = np.array([[[[1.0, 2.0], [0.0, -1.0]]]]), np.array([10.0])
        >>> layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
        array([[[[ 8., 10.],
                 [14., 16.]]]])
        """
        raise NotImplementedError("Conv2d.forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Compute dL/dw, dL/db and dL/dx from dL/d(output), for the input of the last ``forward``.

        Set ``delta_w`` and ``delta_b`` (do not add to what they held). A weight and a bias act on
        every place of every image, so the derivative of each is a sum over all of these.

        Parameters
        ----------
        grad : ndarray of shape (N, out_channels, H_out, W_out)
            dL/d(output).

        Returns
        -------
        ndarray of shape (N, in_channels, H, W)
            dL/dx.

        Examples
        --------
        >>> layer = Conv2d(1, 1, kernel_size=2)
        >>> layer.w = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
        >>> _ = layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
        >>> layer.backward(np.ones((1, 1, 2, 2)))
        array([[[[ 1.,  3.,  2.],
                 [ 1.,  2.,  1.],
                 [ 0., -1., -1.]]]])
        >>> layer.delta_w
        array([[[[ 8., 12.],
                 [20., 24.]]]])
        >>> layer.delta_b
        array([4.])
        """
        raise NotImplementedError("Conv2d.backward")

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Take one step of gradient descent, as Lab 1's linear layer does.

        Parameters
        ----------
        learning_rate : float
            The step size.
        optimizer : {'sgd', 'sgdm'}
            The name of the optimizer.
        """
        if optimizer == "sgd":
            step_w, step_b = self.delta_w, self.delta_b
        elif optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.momentum_b = self.beta * self.momentum_b + self.delta_b
            step_w, step_b = self.momentum_w, self.momentum_b
        else:
            raise ValueError(f"there is no optimizer {optimizer!r}: choose sgd or sgdm")
        self.w = self.w - learning_rate * step_w
        self.b = self.b - learning_rate * step_b
