import numpy as np


def _indices(shape, k, stride, padding):
    n, c, h, w = shape
    rows = np.arange(0, h + 2 * padding - k + 1, stride)
    columns = np.arange(0, w + 2 * padding - k + 1, stride)
    within = np.arange(k)
    i = rows[:, None, None, None, None] + within[:, None]
    j = columns[:, None, None, None] + within
    return np.ix_(range(n))[0].reshape(-1, 1, 1, 1, 1, 1), np.arange(c)[:, None, None], i, j


def im2col(x, kernel_size, stride=1, padding=0):
    n, c, h, w = x.shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), x.dtype)
    padded[:, :, padding : h + padding, padding : w + padding] = x
    return padded[_indices(x.shape, kernel_size, stride, padding)].reshape(-1, c * kernel_size**2)


def col2im(cols, shape, kernel_size, stride=1, padding=0):
    n, c, h, w = shape
    where = _indices(shape, kernel_size, stride, padding)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    np.add.at(padded, where, cols.reshape(np.broadcast_shapes(*(a.shape for a in where))))
    return padded[:, :, padding : h + padding, padding : w + padding]
