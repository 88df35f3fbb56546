import numpy as np


class Model:
    def __init__(self):
        self.Build([])

    def Build(self, layers):
        self.layers = list(layers)
        self.history = dict(train_loss=[], train_accuracy=[], test_loss=[], test_accuracy=[])

    def forward(self, x):
        a = x
        for layer in self.layers:
            a = layer.forward(a)
        return a

    def backward(self, grad):
        d = grad
        for layer in self.layers[::-1]:
            d = layer.backward(d)
        return d

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer=optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        N = x.shape[0]
        for epoch in range(epochs):
            test = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            u = y_hat - y
            train_loss = float(0.5 * np.sum(u * u) / N)
            self.Record_History(train_loss, self.Compute_Accuracy(y_hat, y), *test)
            self.backward(u / N)
            self.update(learning_rate, optimizer)
            if verbose and (epoch + 1) % verbose == 0:
                self.Show_Training_Stage_Info(epoch + 1)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        new = dict(train_loss=train_loss, train_accuracy=train_accuracy,
                   test_loss=test_loss, test_accuracy=test_accuracy)
        for key in new:
            if new[key] is not None:
                self.history[key] += [new[key]]

    def Show_Training_Stage_Info(self, epoch):
        s = "Epoch %d" % epoch
        if self.history["train_loss"]:
            s += " | loss %.5f | acc %.3f" % (
                self.history["train_loss"][-1], self.history["train_accuracy"][-1])
        print(s)

    def predict_2_binary(self, y_hat):
        return 1 * (y_hat > 0.5)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("y_hat %s, y %s" % (y_hat.shape, y.shape))
        return float(np.average(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return float(0.5 * np.mean((y_hat - y) ** 2)), self.Compute_Accuracy(y_hat, y)
