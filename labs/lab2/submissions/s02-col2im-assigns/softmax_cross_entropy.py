import numpy as np


def softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)


class Softmax_Cross_Entropy:
    def __init__(self):
        self.probabilities = None

    def forward(self, z, labels):
        self.probabilities = softmax(z)
        self.labels = labels
        N = z.shape[0]
        z = z - np.max(z, axis=1, keepdims=True)
        log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        return float(-np.sum(log_p[np.arange(N), labels]) / N)

    def backward(self):
        N, K = self.probabilities.shape
        one_hot = np.zeros((N, K))
        one_hot[np.arange(N), self.labels] = 1.0
        return (self.probabilities - one_hot) / N
