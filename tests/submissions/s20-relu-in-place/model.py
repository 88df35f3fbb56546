import numpy as np


class Model:
    """A list of layers."""

    def __init__(self):
        self.layers = []
        self.clear()

    def clear(self):
        self.history = dict(train_loss=[], train_accuracy=[], test_loss=[], test_accuracy=[])

    def Build(self, layers):
        self.layers = list(layers)
        self.clear()

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

    def loss(self, y_hat, y):
        return np.mean(0.5 * (y_hat - y) ** 2)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for epoch in range(epochs):
            test = [None, None] if test_data is None else self.evaluate(*test_data)
            y_hat = self.forward(x)
            self.Record_History(self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y), *test)
            self.backward((y_hat - y) / y.shape[0])
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        if train_loss is not None:
            self.history["train_loss"].append(train_loss)
        if train_accuracy is not None:
            self.history["train_accuracy"].append(train_accuracy)
        if test_loss is not None:
            self.history["test_loss"].append(test_loss)
        if test_accuracy is not None:
            self.history["test_accuracy"].append(test_accuracy)

    def Show_Training_Stage_Info(self, epoch):
        line = f"epoch {epoch}"
        for name, values in self.history.items():
            line += f" {name} {values[-1]:.4f}" if values else ""
        print(line)

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1, 0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("shapes do not match")
        return np.mean(self.predict_2_binary(y_hat) == y)

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
