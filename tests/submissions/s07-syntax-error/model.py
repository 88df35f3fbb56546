import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {}
        self._clear()

    def _clear(self):
        for part in ("train", "test"):
            self.history[part + "_loss"] = []
            self.history[part + "_accuracy"] = []

    def Build(self, layers):
        self.layers = [layer for layer in layers]
        self._clear()

    def forward(self, x):
        output = x
        for layer in self.layers:
            output = layer.forward(output)
        return output

    def backward(self, grad):
        index = len(self.layers) - 1
        while index >= 0:
            grad = self.layers[index].backward(grad)
            index -= 1
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def loss(self, y_hat, y):
        return 0.5 * float(np.mean((y_hat - y) ** 2))

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for epoch in range(epochs):
            y_hat = self.forward(x)
            grad = (y_hat - y) / y_hat.shape[0]
            self.Record_History(self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y))
            self.backward(grad)
            if test_data is not None:
                # after backward but before update: same weights, and nothing is overwritten
                test_loss, test_accuracy = self.evaluate(*test_data)
                self.Record_History(None, None, test_loss, test_accuracy)
            self.update(learning_rate, optimizer)
            if verbose > 0 and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        values = {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "test_loss": test_loss,
            "test_accuracy": test_accuracy,
        }
        for name, value in values.items():
            if value is None:
                continue
            self.history[name].append(value)

    def Show_Training_Stage_Info(self, epoch):
        last = {name: values[-1] for name, values in self.history.items() if values}
        print("epoch:", epoch, last)

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1.0, 0.0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("different shapes")
        return np.sum(self.predict_2_binary(y_hat) == y).item() / y.size

    def evaluate(self, x, y):
        prediction = self.forward(x)
        return self.loss(prediction, y), self.Compute_Accuracy(prediction, y)
