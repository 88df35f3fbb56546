import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = self.new_history()

    @staticmethod
    def new_history():
        return {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

    def Build(self, layers):
        self.layers = layers
        self.history = self.new_history()

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, grad):
        for l in reversed(self.layers):
            grad = l.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for l in self.layers:
            l.update(learning_rate, optimizer)

    def MSE(self, y_hat, y):
        return float(np.mean(0.5 * np.square(y_hat - y)))

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for e in range(epochs):
            test_loss = test_acc = None
            if test_data:
                test_loss, test_acc = self.evaluate(*test_data)
            y_hat = self.forward(x)
            self.Record_History(self.MSE(y_hat, y), self.Compute_Accuracy(y_hat, y), test_loss, test_acc)
            self.backward((y_hat - y) / len(x))
            self.update(learning_rate, optimizer)
            if verbose and e % verbose == 0:
                self.Show_Training_Stage_Info(e)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for k, v in [
            ("train_loss", train_loss),
            ("train_accuracy", train_accuracy),
            ("test_loss", test_loss),
            ("test_accuracy", test_accuracy),
        ]:
            if v is not None:
                self.history[k].append(v)

    def Show_Training_Stage_Info(self, epoch):
        if not self.history["train_loss"]:
            print("epoch", epoch, ": nothing recorded yet")
            return
        print(
            "epoch", epoch,
            "loss", self.history["train_loss"][-1],
            "accuracy", self.history["train_accuracy"][-1],
        )

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1, 0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("shape of y_hat is not shape of y")
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.MSE(y_hat, y), self.Compute_Accuracy(y_hat, y)
