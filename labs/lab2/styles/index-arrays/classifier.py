import numpy as np


class Classifier:
    """Looks at its accuracy after every epoch, which nobody asked for."""

    def __init__(self, layers, loss):
        self.layers = layers
        self.loss = loss
        self.history = []

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def predict(self, x):
        return np.argsort(self.forward(x), axis=1)[:, -1].astype(np.int32)

    def Compute_Accuracy(self, x, labels):
        return np.count_nonzero(self.predict(x) == labels) / len(labels)

    def fit(self, x, labels, epochs=10, learning_rate=0.05, batch_size=25, optimizer="sgdm"):
        for epoch in range(epochs):
            losses, start = [], 0
            while start < len(x):
                z = self.forward(x[start : start + batch_size])
                here = labels[start : start + batch_size]
                losses += [self.loss.forward(z, here)] * len(here)
                self.backward(self.loss.backward())
                self.update(learning_rate, optimizer)
                start += batch_size
            self.history.append(sum(losses) / len(losses))
            print("epoch", epoch, "accuracy", self.Compute_Accuracy(x, labels))
        return self.history
