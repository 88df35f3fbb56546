from numpy import einsum, isin, where

KEYS = "train_loss", "train_accuracy", "test_loss", "test_accuracy"


class Model:
    def __init__(self):
        self.Build(())

    def Build(self, layers):
        self.layers, self.history = list(layers), {key: [] for key in KEYS}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        [layer.update(learning_rate, optimizer) for layer in self.layers]

    @staticmethod
    def mse(y_hat, y):
        u = y_hat - y
        return 0.5 * float(einsum("nj,nj->", u, u)) / len(u), u / len(u)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None,
            verbose=0):
        countdown = verbose
        for epoch in range(1, 1 + epochs):
            extra = self.evaluate(*test_data) if test_data is not None else ()
            y_hat = self.forward(x)
            loss, slope = self.mse(y_hat, y)
            self.Record_History(loss, self.Compute_Accuracy(y_hat, y), *extra)
            self.backward(slope)
            self.update(learning_rate, optimizer)
            countdown -= 1
            if countdown == 0:
                self.Show_Training_Stage_Info(epoch)
                countdown = verbose
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for key, value in zip(KEYS, (train_loss, train_accuracy, test_loss, test_accuracy)):
            self.history[key] += [] if value is None else [value]

    def Show_Training_Stage_Info(self, epoch):
        print(epoch, *(f"{key}:{values[-1]:.3e}" for key, values in self.history.items() if values))

    def predict_2_binary(self, y_hat):
        return where(y_hat > 0.5, 1, 0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError(f"{y_hat.shape} != {y.shape}")
        return float(isin(self.predict_2_binary(y_hat) - y, 0).mean())

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.mse(y_hat, y)[0], self.Compute_Accuracy(y_hat, y)
