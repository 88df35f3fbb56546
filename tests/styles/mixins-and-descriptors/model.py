import numpy as np


class Forward:
    def forward(self, x):
        return self._run("forward", x, self.layers)


class Backward:
    def backward(self, grad):
        return self._run("backward", grad, self.layers[::-1])


class Historic:
    names = tuple(f"{a}_{b}" for a in ("train", "test") for b in ("loss", "accuracy"))

    @property
    def history(self):
        return self.__history

    @history.deleter
    def history(self):
        self.__history = {name: [] for name in self.names}

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for name, value in zip(self.names, (train_loss, train_accuracy, test_loss, test_accuracy)):
            None if value is None else self.__history[name].append(value)

    def Show_Training_Stage_Info(self, epoch):
        shown = {"epoch": epoch}
        shown |= {name: values[-1] for name, values in self.__history.items() if len(values)}
        print(", ".join(f"{name} {value:.4g}" for name, value in shown.items()))


class Judging:
    def predict_2_binary(self, y_hat):
        return ~(y_hat <= 0.5)

    def Compute_Accuracy(self, y_hat, y):
        if shapes := {y_hat.shape} ^ {y.shape}:
            raise ValueError(f"outputs and labels differ in shape: {shapes}")
        return float(np.mean((self.predict_2_binary(y_hat) ^ (y == 1)) == False))  # noqa: E712

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return np.array([self.cost(y_hat - y), self.Compute_Accuracy(y_hat, y)]).tolist()

    def cost(self, error):
        return float(np.var(error) + np.mean(error) ** 2) / 2


class Model(Forward, Backward, Historic, Judging):
    def __init__(self):
        self.layers = []
        del self.history

    def Build(self, layers):
        self.layers = layers
        del self.history

    @staticmethod
    def _run(method, value, layers):
        for layer in layers:
            value = getattr(layer, method)(value)
        return value

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        show_at = set(range(verbose, epochs + 1, verbose)) if verbose else ()
        for epoch in range(1, epochs + 1):
            scores = [None, None] if test_data is None else self.evaluate(*test_data)
            y_hat = self.forward(x)
            self.Record_History(self.cost(y_hat - y), self.Compute_Accuracy(y_hat, y), *scores)
            self.backward((y_hat - y) / len(y_hat))
            self.update(learning_rate, optimizer)
            if epoch in show_at:
                self.Show_Training_Stage_Info(epoch)
        return self.history
