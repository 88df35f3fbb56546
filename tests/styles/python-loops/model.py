import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

    def Build(self, layers):
        while self.layers:
            self.layers.pop()
        for layer in layers:
            self.layers.append(layer)
        for key in list(self.history):
            self.history[key] = []

    def forward(self, x):
        output = x
        for layer in self.layers:
            output = layer.forward(output)
        return output

    def backward(self, grad):
        order = sorted(range(len(self.layers)), reverse=True)
        for i in order:
            grad = self.layers[i].backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def loss_of(self, y_hat, y):
        total = 0.0
        for output, label in zip(y_hat.ravel().tolist(), y.ravel().tolist()):
            total += (output - label) ** 2 / 2
        return total / len(y)

    def gradient_of(self, y_hat, y):
        N = len(y)
        return np.array([[(o - label) / N] for [o], [label] in zip(y_hat.tolist(), y.tolist())])

    def fit(
        self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0
    ):
        for epoch in range(1, epochs + 1):
            if test_data is None:
                test_scores = [None, None]
            else:
                test_scores = self.evaluate(test_data[0], test_data[1])
            y_hat = self.forward(x)
            loss, accuracy = self.loss_of(y_hat, y), self.Compute_Accuracy(y_hat, y)
            self.Record_History(loss, accuracy, test_scores[0], test_scores[1])
            self.backward(self.gradient_of(y_hat, y))
            self.update(learning_rate, optimizer)
            if verbose:
                if epoch % verbose == 0:
                    self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        scores = [train_loss, train_accuracy, test_loss, test_accuracy]
        keys = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
        for i in range(4):
            if scores[i] is not None:
                self.history[keys[i]].append(scores[i])

    def Show_Training_Stage_Info(self, epoch):
        print("epoch", epoch, end="")
        for key in self.history:
            if len(self.history[key]) != 0:
                print("", key, self.history[key][-1], end="")
        print()

    def predict_2_binary(self, y_hat):
        result = []
        for value in y_hat.ravel().tolist():
            if value > 0.5:
                result.append(1)
            else:
                result.append(0)
        return np.array(result).reshape(y_hat.shape)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("shapes differ")
        prediction = self.predict_2_binary(y_hat)
        right = 0
        for p, label in zip(prediction.ravel().tolist(), y.ravel().tolist()):
            if p == label:
                right += 1
        return right / y.size

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return [self.loss_of(y_hat, y), self.Compute_Accuracy(y_hat, y)]
