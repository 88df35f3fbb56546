import numpy as np

KEYS = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]


class Model:
    def __init__(self):
        self.Build([])

    def Build(self, layers):
        self.layers = list(layers)
        self.history = {key: [] for key in KEYS}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def loss(self, y_hat, y):
        return float(np.mean((y_hat - y) ** 2) / 2)

    def fit(
        self,
        x,
        y,
        epochs=30000,
        learning_rate=0.1,
        optimizer="sgdm",
        test_data=None,
        verbose=0,
    ):
        n = len(x)
        for epoch in range(epochs):
            test = self.evaluate(*test_data) if test_data is not None else ()
            y_hat = self.forward(x)
            train_loss = self.loss(y_hat, y)
            self.Record_History(train_loss, self.Compute_Accuracy(y_hat, y), *test)
            self.backward((y_hat - y) / n)
            self.update(learning_rate, optimizer)
            if verbose and (epoch + 1) % verbose == 0:
                self.Show_Training_Stage_Info(epoch + 1)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        values = train_loss, train_accuracy, test_loss, test_accuracy
        for key, value in zip(KEYS, values, strict=True):
            if value is not None:
                self.history[key].append(value)

    def Show_Training_Stage_Info(self, epoch):
        print(
            "epoch",
            epoch,
            *[f"{key}={values[-1]}" for key, values in self.history.items() if values],
        )

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1, 0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("the shapes differ")
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
