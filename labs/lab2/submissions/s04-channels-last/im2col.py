import numpy as np


def output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def im2col(x, kernel_size, stride=1, padding=0):
    N, C, H, W = x.shape
    H_out = output_size(H, kernel_size, stride, padding)
    W_out = output_size(W, kernel_size, stride, padding)
    x_pad = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    cols = np.zeros((N, H_out, W_out, C * kernel_size * kernel_size))
    for r in range(H_out):
        for c in range(W_out):
            top, left = r * stride, c * stride
            patch = x_pad[:, :, top:top + kernel_size, left:left + kernel_size]
            cols[:, r, c, :] = patch.transpose(0, 2, 3, 1).reshape(N, -1)
    return cols.reshape(N * H_out * W_out, -1)


def col2im(cols, shape, kernel_size, stride=1, padding=0):
    N, C, H, W = shape
    H_out = output_size(H, kernel_size, stride, padding)
    W_out = output_size(W, kernel_size, stride, padding)
    cols = cols.reshape(N, H_out, W_out, kernel_size, kernel_size, C)
    x_pad = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    for r in range(H_out):
        for c in range(W_out):
            top, left = r * stride, c * stride
            x_pad[:, :, top:top + kernel_size, left:left + kernel_size] += cols[:, r, c].transpose(0, 3, 1, 2)
    return x_pad[:, :, padding:padding + H, padding:padding + W]
