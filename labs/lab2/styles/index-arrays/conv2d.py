import im2col as patches
import numpy as np


class Conv2d:
    """Remembers its input, and takes the patches anew in backward."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, beta=0.9):
        self.settings = kernel_size, stride, padding
        self.beta = beta
        fan_in = in_channels * kernel_size * kernel_size
        self.w = (np.random.rand(out_channels, in_channels, kernel_size, kernel_size) * 2 - 1) / fan_in**0.5
        self.b = np.zeros(out_channels)
        self.delta_w, self.delta_b = np.zeros_like(self.w), np.zeros_like(self.b)
        self.momentum_w, self.momentum_b = np.zeros_like(self.w), np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        k, stride, padding = self.settings
        height = 1 + (x.shape[2] + 2 * padding - k) // stride
        cols = patches.im2col(x, *self.settings)
        z = self.w.reshape(len(self.w), -1) @ cols.T + self.b[:, np.newaxis]
        return np.swapaxes(z.reshape(len(self.w), len(x), height, -1), 0, 1)

    def backward(self, grad):
        rows = np.moveaxis(grad, 1, -1).reshape(-1, len(self.w))
        self.delta_w = np.dot(rows.T, patches.im2col(self.x, *self.settings)).reshape(self.w.shape)
        self.delta_b = np.ones(len(rows)) @ rows
        return patches.col2im(rows @ self.w.reshape(len(self.w), -1), self.x.shape, *self.settings)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgdm":
            self.momentum_w *= self.beta
            self.momentum_w += self.delta_w
            self.momentum_b *= self.beta
            self.momentum_b += self.delta_b
            self.w -= learning_rate * self.momentum_w
            self.b -= learning_rate * self.momentum_b
        elif optimizer == "sgd":
            self.w -= learning_rate * self.delta_w
            self.b -= learning_rate * self.delta_b
        else:
            raise ValueError("unknown optimizer")
