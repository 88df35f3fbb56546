import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Conv2d:
    """Never makes a matrix of patches, and imports no other file."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, beta=0.9):
        self.k, self.s, self.p, self.beta = kernel_size, stride, padding, beta
        bound = (in_channels * kernel_size**2) ** -0.5
        self.w = np.random.uniform(-bound, bound, (out_channels, in_channels, kernel_size, kernel_size))
        self.b = np.zeros(out_channels)
        self.delta_w = self.delta_b = self.momentum_w = self.momentum_b = 0.0

    def forward(self, x):
        self.padded = np.pad(x, [(0, 0), (0, 0), (self.p, self.p), (self.p, self.p)])
        windows = sliding_window_view(self.padded, (self.k, self.k), axis=(2, 3))
        self.windows = windows[:, :, :: self.s, :: self.s]
        return np.einsum("nchwij,ocij->nohw", self.windows, self.w) + self.b[:, None, None]

    def backward(self, grad):
        self.delta_b = np.einsum("nohw->o", grad)
        self.delta_w = np.einsum("nohw,nchwij->ocij", grad, self.windows)
        dx = np.zeros(self.padded.shape)
        for r, c in np.ndindex(grad.shape[2:]):
            patch = dx[:, :, r * self.s : r * self.s + self.k, c * self.s : c * self.s + self.k]
            patch += np.einsum("no,ocij->ncij", grad[:, :, r, c], self.w)
        return dx[:, :, self.p : -self.p or None, self.p : -self.p or None]

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer not in {"sgd", "sgdm"}:
            raise ValueError(optimizer)
        for name in "wb":
            step = getattr(self, f"delta_{name}")
            if optimizer == "sgdm":
                step = self.beta * getattr(self, f"momentum_{name}") + step
                setattr(self, f"momentum_{name}", step)
            setattr(self, name, getattr(self, name) - learning_rate * step)
