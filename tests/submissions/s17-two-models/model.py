import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

    def Build(self, layers):
        self.layers = layers
        self.history = {key: [] for key in self.history}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    # new version: fit works now, the old one is in old/
    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for epoch in range(epochs):
            y_hat = self.forward(x)
            self.history["train_loss"].append(float(np.mean((y_hat - y) ** 2) / 2))
            self.backward((y_hat - y) / len(y))
            for layer in self.layers:
                layer.update(learning_rate, optimizer)
        return self.history
