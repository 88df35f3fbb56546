import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = None
        self.reset()

    def reset(self):
        self.history = {k: [] for k in ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]}

    def Build(self, layers):
        self.layers = layers[:]
        self.reset()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for i in reversed(range(len(self.layers))):
            grad = self.layers[i].backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for i in range(len(self.layers)):
            self.layers[i].update(learning_rate, optimizer)

    def mse(self, y_hat, y):
        return float(((y_hat - y) ** 2).sum() / (2 * len(y)))

    def one_epoch(self, x, y, learning_rate, optimizer, test_data):
        test_loss, test_accuracy = self.evaluate(*test_data) if test_data else (None, None)
        y_hat = self.forward(x)
        self.Record_History(
            self.mse(y_hat, y), self.Compute_Accuracy(y_hat, y), test_loss, test_accuracy
        )
        self.backward((y_hat - y) / len(y))
        self.update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for i in range(epochs):
            self.one_epoch(x, y, learning_rate, optimizer, test_data)
            if verbose and (i + 1) % verbose == 0:
                self.Show_Training_Stage_Info(i + 1)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for key, value in zip(
            ["train_loss", "train_accuracy", "test_loss", "test_accuracy"],
            [train_loss, train_accuracy, test_loss, test_accuracy],
        ):
            if value is not None:
                self.history[key].append(value)

    def Show_Training_Stage_Info(self, epoch):
        words = ["Epoch", str(epoch)]
        for key in self.history:
            if self.history[key]:
                words += [key, f"{self.history[key][-1]:.6f}"]
        print(" ".join(words))

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5) * 1

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("shape!")
        return float(np.equal(self.predict_2_binary(y_hat), y).mean())

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.mse(y_hat, y), self.Compute_Accuracy(y_hat, y)
