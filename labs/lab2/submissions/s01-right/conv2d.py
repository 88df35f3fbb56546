import numpy as np
from im2col import col2im, im2col, output_size


class Conv2d:
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

    def forward(self, x):
        self.x = x
        N, C, H, W = x.shape
        H_out = output_size(H, self.kernel_size, self.stride, self.padding)
        W_out = output_size(W, self.kernel_size, self.stride, self.padding)
        self.cols = im2col(x, self.kernel_size, self.stride, self.padding)
        out = self.cols @ self.w.reshape(self.out_channels, -1).T
        out = out + self.b
        out = out.reshape(N, H_out, W_out, self.out_channels)
        return out.transpose(0, 3, 1, 2)

    def backward(self, grad):
        g = grad.transpose(0, 2, 3, 1).reshape(-1, self.out_channels)
        self.delta_b = g.sum(axis=0)
        self.delta_w = (g.T @ self.cols).reshape(self.w.shape)
        d_cols = g @ self.w.reshape(self.out_channels, -1)
        return col2im(d_cols, self.x.shape, self.kernel_size, self.stride, self.padding)

    def update(self, learning_rate, optimizer="sgdm"):
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
