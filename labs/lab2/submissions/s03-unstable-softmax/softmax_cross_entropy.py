import numpy as np


def softmax(z):
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)


class Softmax_Cross_Entropy:
    def __init__(self):
        self.probabilities = None

    def forward(self, z, labels):
        self.probabilities = softmax(z)
        self.labels = labels
        N = z.shape[0]
        return float(-np.mean(np.log(self.probabilities[np.arange(N), labels])))

    def backward(self):
        N, K = self.probabilities.shape
        one_hot = np.zeros((N, K))
        one_hot[np.arange(N), self.labels] = 1.0
        return (self.probabilities - one_hot)
