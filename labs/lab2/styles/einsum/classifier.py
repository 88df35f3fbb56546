import numpy as np


class Classifier:
    def __init__(self, layers, loss):
        self.layers, self.loss, self.history = list(layers), loss, []

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def predict(self, x):
        z = self.forward(x)
        return np.array([max(range(len(row)), key=row.__getitem__) for row in z])

    def Compute_Accuracy(self, x, labels):
        return sum(p == y for p, y in zip(self.predict(x), labels)) / len(labels)

    def fit(self, x, labels, epochs=10, learning_rate=0.05, batch_size=25, optimizer="sgdm"):
        cuts = range(batch_size, len(x), batch_size)
        for _ in range(epochs):
            losses = np.zeros(len(x))
            for part in np.split(np.arange(len(x)), cuts):
                losses[part] = self.loss.forward(self.forward(x[part]), labels[part])
                self.backward(self.loss.backward())
                for layer in self.layers:
                    layer.update(learning_rate, optimizer)
            self.history.append(losses.mean().item())
        return self.history
