import numpy as np


def loss_of(y_hat, y):
    return 0.5 * np.mean((y_hat - y) ** 2).item()


class Model:
    def __init__(self):
        self.layers = []
        self.history = dict(train_loss=[], train_accuracy=[], test_loss=[], test_accuracy=[])

    def Build(self, layers):
        self.layers = list(layers)
        self.history = {key: [] for key in self.history}

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
            test_results = self.evaluate(*test_data) if test_data else ()
            y_hat = self.forward(x)
            train_results = loss_of(y_hat, y), self.Compute_Accuracy(y_hat, y)
            self.Record_History(*train_results, *test_results)
            self.backward((y_hat - y) / len(y))
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == verbose - 1:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        arguments = locals()
        for key, values in self.history.items():
            if arguments[key] is not None:
                values.append(arguments[key])

    def Show_Training_Stage_Info(self, epoch):
        latest = {k: v[-1] for k, v in self.history.items() if v} or {"train_loss": 0, "train_accuracy": 0}
        print(f"epoch {epoch}: loss {latest['train_loss']:.4f}, accuracy {latest['train_accuracy']:.2%}")

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(np.int8)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError(f"{y_hat.shape} and {y.shape}")
        return np.mean(self.predict_2_binary(y_hat) == y).item()

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return loss_of(y_hat, y), self.Compute_Accuracy(y_hat, y)
