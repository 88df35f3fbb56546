import numpy as np


class Model:
    """Evaluates test data first, so that the layers' caches are those of the training set."""

    def __init__(self):
        self.layers = []
        self._clear()

    def _clear(self):
        self.history = dict(train_loss=[], train_accuracy=[], test_loss=[], test_accuracy=[])

    def Build(self, layers):
        self.layers = layers
        self._clear()

    def forward(self, x):
        self._outputs = [x]
        for layer in self.layers:
            self._outputs.append(layer.forward(self._outputs[-1]))
        return self._outputs[-1]

    def backward(self, grad):
        for i in range(len(self.layers) - 1, -1, -1):
            grad = self.layers[i].backward(grad)
        return grad

    def update(self, learning_rate, optimizer='sgdm'):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def loss(self, y_hat, y):
        return np.mean((y_hat - y) ** 2) / 2

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm', test_data=None,
            verbose=0):
        for epoch in range(epochs):
            test_loss = test_accuracy = None
            if test_data is not None:
                test_loss, test_accuracy = self.evaluate(test_data[0], test_data[1])
            self.forward(x)
            y_hat = self._outputs[-1]
            self.Record_History(self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y),
                                test_loss, test_accuracy)
            self.backward((y_hat - y) / y_hat.shape[0])
            self.update(learning_rate, optimizer)
            if verbose > 0 and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        given = dict(train_loss=train_loss, train_accuracy=train_accuracy, test_loss=test_loss,
                     test_accuracy=test_accuracy)
        for key, value in given.items():
            if value is not None:
                self.history[key].append(float(value))

    def Show_Training_Stage_Info(self, epoch):
        if self.history['train_loss']:
            print('Epoch %d: loss %.5f, accuracy %.1f%%' % (
                epoch, self.history['train_loss'][-1], 100 * self.history['train_accuracy'][-1]))
        else:
            print('Epoch %d' % epoch)

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(int)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError('y_hat and y must have the same shape')
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return float(self.loss(y_hat, y)), self.Compute_Accuracy(y_hat, y)
