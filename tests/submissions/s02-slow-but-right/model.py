# Lab 1 - the model
import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.reset_history()

    def reset_history(self):
        self.history = {
            "train_loss": [],
            "train_accuracy": [],
            "test_loss": [],
            "test_accuracy": [],
        }

    def Build(self, layers):
        self.layers = []
        for layer in layers:
            self.layers.append(layer)
        self.reset_history()

    def forward(self, x):
        out = x
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def backward(self, grad):
        for i in range(len(self.layers)):
            grad = self.layers[-1 - i].backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def compute_loss(self, y_hat, y):
        s = 0.0
        for a, b in zip(y_hat.flatten().tolist(), y.flatten().tolist()):
            s += 0.5 * (a - b) ** 2
        return s / len(y)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm",
            test_data=None, verbose=0):
        for epoch in range(epochs):
            # test first! otherwise backward would see the test data
            if test_data is not None:
                test_loss, test_acc = self.evaluate(test_data[0], test_data[1])
            else:
                test_loss, test_acc = None, None
            y_hat = self.forward(x)
            loss = self.compute_loss(y_hat, y)
            acc = self.Compute_Accuracy(y_hat, y)
            self.Record_History(loss, acc, test_loss, test_acc)
            grad = []
            for a, b in zip(y_hat.tolist(), y.tolist()):
                grad.append([(a[0] - b[0]) / len(y)])
            self.backward(np.array(grad))
            self.update(learning_rate, optimizer)
            if verbose > 0 and (epoch + 1) % verbose == 0:
                self.Show_Training_Stage_Info(epoch + 1)
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
        text = "Epoch " + str(epoch)
        for name in self.history:
            if len(self.history[name]) > 0:
                text += "  " + name + ": " + str(round(self.history[name][-1], 5))
        print(text)

    def predict_2_binary(self, y_hat):
        result = []
        for v in y_hat.flatten().tolist():
            if v > 0.5:
                result.append(1)
            else:
                result.append(0)
        return np.array(result).reshape(y_hat.shape)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("y_hat and y need the same shape")
        pred = self.predict_2_binary(y_hat).flatten().tolist()
        truth = y.flatten().tolist()
        correct = 0
        for i in range(len(pred)):
            if pred[i] == truth[i]:
                correct += 1
        return correct / len(pred)

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.compute_loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
