import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {
            f"{data}_{measure}": [] for data in ("train", "test") for measure in ("loss", "accuracy")
        }

    def Build(self, layers):
        self.layers[:] = layers
        for values in self.history.values():
            del values[:]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        self.layers.reverse()
        try:
            for layer in self.layers:
                grad = layer.backward(grad)
        finally:
            self.layers.reverse()
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None,
            verbose=0):
        for epoch in range(epochs):
            # Test samples first: what forward leaves in the layers must be the training samples.
            if test_data:
                self.Record_History(None, None, *self.evaluate(*test_data))
            y_hat = self.forward(x)
            error = y_hat - y
            self.Record_History(
                float((error * error).sum()) / (2 * len(y)), self.Compute_Accuracy(y_hat, y)
            )
            error /= len(y)
            self.backward(error)
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == verbose - 1:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for values, value in zip(
            self.history.values(), (train_loss, train_accuracy, test_loss, test_accuracy)
        ):
            if value is not None:
                values.append(value)

    def Show_Training_Stage_Info(self, epoch):
        parts = [f"epoch={epoch}"]
        parts += [f"{key}={values[-1]:g}" for key, values in self.history.items() if values]
        print(*parts, sep="; ")

    def predict_2_binary(self, y_hat):
        labels = np.zeros(y_hat.shape, dtype=np.int8)
        labels[y_hat > 0.5] += 1
        return labels

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError(f"cannot compare {y_hat.shape} with {y.shape}")
        wrong = self.predict_2_binary(y_hat).astype(float)
        wrong -= y
        return float(1.0 - np.abs(wrong).sum() / wrong.size)

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        accuracy = self.Compute_Accuracy(y_hat, y)
        error = y_hat - y
        error *= error
        return float(error.sum()) / (2 * len(y)), accuracy
