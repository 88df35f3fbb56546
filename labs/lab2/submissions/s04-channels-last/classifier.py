import numpy as np


class Classifier:
    def __init__(self, layers, loss):
        self.layers, self.loss = layers, loss
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
        return np.argmax(self.forward(x), axis=1)

    def Compute_Accuracy(self, x, labels):
        return float((self.predict(x) == labels).mean())

    def fit(self, x, labels, epochs=10, learning_rate=0.05, batch_size=25, optimizer="sgdm"):
        N = len(x)
        n_batches = int(np.ceil(N / batch_size))
        for epoch in range(epochs):
            epoch_loss = 0.0
            for k in range(n_batches):
                x_batch = x[k * batch_size:(k + 1) * batch_size]
                y_batch = labels[k * batch_size:(k + 1) * batch_size]
                loss = self.loss.forward(self.forward(x_batch), y_batch)
                self.backward(self.loss.backward())
                self.update(learning_rate, optimizer)
                epoch_loss += loss * len(x_batch) / N
            self.history.append(epoch_loss)
        return self.history
