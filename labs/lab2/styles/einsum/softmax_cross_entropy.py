import numpy as np


def log_softmax(z):
    return z - np.logaddexp.reduce(z, axis=1, keepdims=True)


def softmax(z):
    return np.exp(log_softmax(z))


class Softmax_Cross_Entropy:
    def forward(self, z, labels):
        self.one_hot = np.equal.outer(labels, np.arange(z.shape[1])).astype(float)
        logs = log_softmax(z)
        self.probabilities = np.exp(logs)
        return -np.einsum("nk,nk->", self.one_hot, logs) / len(z)

    def backward(self):
        return (self.probabilities - self.one_hot) / len(self.one_hot)
