"""Images as matrices: one patch in each row, and the way back."""

import numpy as np


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Return how many places a kernel takes along one axis of an image. This one is given.

    Examples
    --------
    >>> output_size(8, 3), output_size(8, 3, stride=2, padding=1)
    (6, 4)
    """
    return (size + 2 * padding - kernel_size) // stride + 1


def im2col(x: np.ndarray, kernel_size: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Copy every patch that a kernel meets into a row of its own.

    The rows are ordered by image, then by the patch's place, row by row of the image. Within a
    row the numbers are ordered by channel, then row by row of the patch: the order in which
    ``w[o].reshape(-1)`` has the weights of a kernel (section 3.1 of the handout).

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; they are not changed.
    kernel_size : int
        The height and width of a patch, k.
    stride : int
        How far one place is from the next.
    padding : int
        So many rows and columns of zeros are put around each image first.

    Returns
    -------
    ndarray of shape (N * H_out * W_out, C * k * k)
        The patches, where H_out and W_out are ``output_size`` of H and W.

    Examples
    --------
    >>> im2col(np.arange(9.0).reshape(1, 1, 3, 3), 2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    """
    raise NotImplementedError("im2col")


def col2im(
    cols: np.ndarray,
    shape: tuple[int, int, int, int],
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
) -> np.ndarray:
    """Add every row of patches back to where ``im2col`` took it from.

    A pixel that lies in several patches gets the sum of what all of them hold for it; one that lies
    in none gets 0. What falls on the padding is left out. This is the backward pass of ``im2col``:
    handed the gradient with respect to the patches, it returns that with respect to the images.

    Parameters
    ----------
    cols : ndarray of shape (N * H_out * W_out, C * k * k)
        One patch in each row, in the order of ``im2col``; they are not changed.
    shape : tuple
        The shape of the images, (N, C, H, W).
    kernel_size, stride, padding : int
        As for ``im2col``.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        The sums.

    Examples
    --------
    In how many patches of 2 by 2 does each pixel of a 3 by 3 image lie?

    >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), 2)[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    raise NotImplementedError("col2im")
