import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

    def Build(self, layers):
        self.layers = list(layers)
        print("building a model of", len(layers), "layers")
        for key in self.history:
            self.history[key] = []

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

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for epoch in range(epochs):
            test_loss, test_accuracy = None, None
            if test_data is not None:
                test_loss, test_accuracy = self.evaluate(test_data[0], test_data[1])
            y_hat = self.forward(x)
            loss = float(np.mean((y_hat - y) ** 2)) / 2
            accuracy = self.Compute_Accuracy(y_hat, y)
            self.Record_History(loss, accuracy, test_loss, test_accuracy)
            print("epoch", epoch, "loss", loss)   # to see that it is doing something
            self.backward((y_hat - y) / len(x))
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
        print("-" * 30)
        print("epoch", epoch)
        for key, values in self.history.items():
            if values:
                print(key, values[-1])
        print("-" * 30)

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(float)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("y_hat.shape != y.shape")
        return float((self.predict_2_binary(y_hat) == y).mean())

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return float(np.mean((y_hat - y) ** 2)) / 2, self.Compute_Accuracy(y_hat, y)
