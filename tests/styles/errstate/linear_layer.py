import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.__dict__.update(input_dim=input_dim, output_dim=output_dim, beta=beta)
        k = np.reciprocal(np.sqrt(np.float64(input_dim)))
        self.w = np.random.mtrand.uniform(-k, k, output_dim * input_dim)
        self.w.shape = output_dim, input_dim
        self.delta_w = self.momentum_w = np.zeros((output_dim, input_dim))
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return np.asarray(np.matmul(x, self.w.T), order="C")

    def backward(self, grad):
        self.delta_w = np.matmul(self.pre_input.T, grad).T.copy()
        return np.matmul(self.w.T, grad.T).T.copy()

    def update(self, learning_rate, optimizer="sgdm"):
        is_sgd, is_sgdm = optimizer == "sgd", optimizer == "sgdm"
        if not (is_sgd or is_sgdm):
            raise ValueError(optimizer)
        momentum = is_sgdm * self.beta * self.momentum_w + self.delta_w  # plain gradient for sgd
        if is_sgdm:
            self.momentum_w = momentum
        self.w = self.w - learning_rate * momentum

    def L2_Norm(self):
        with np.errstate(invalid="ignore"):
            normalised = self.w / np.linalg.norm(self.w)
        self.w = np.where(np.isnan(normalised), self.w, normalised)
