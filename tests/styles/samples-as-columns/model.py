import numpy as np


class Model:
    def __init__(self):
        self.layers = []
        self.history = {'train_loss': [], 'train_accuracy': [], 'test_loss': [], 'test_accuracy': []}

    def Build(self, layers):
        self.layers = layers[:]
        self.history = {name: [] for name in self.history.keys()}

    def forward(self, x):
        value = x
        layers = iter(self.layers)
        while (layer := next(layers, None)) is not None:
            value = layer.forward(value)
        return value

    def backward(self, grad):
        for layer in [*reversed(self.layers)]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer='sgdm'):
        for i in reversed(range(len(self.layers))):
            self.layers[i].update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm', test_data=None, verbose=0):
        Y = y.T
        for epoch in range(1, epochs + 1):
            if test_data is not None:
                test_loss, test_accuracy = self.evaluate(*test_data)
            Y_hat = self.forward(x).T
            U = Y_hat - Y
            loss = (U @ U.T).item() / (2 * U.shape[1])
            accuracy = self.Compute_Accuracy(Y_hat, Y)
            if test_data is None:
                self.Record_History(loss, accuracy)
            else:
                self.Record_History(loss, accuracy, test_loss, test_accuracy)
            self.backward(U.T / U.shape[1])
            self.update(learning_rate, optimizer)
            if verbose:
                if epoch % verbose == 0:
                    self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        def put(name, number):
            if number is not None:
                self.history[name] = self.history[name] + [number]
        put('train_loss', train_loss)
        put('train_accuracy', train_accuracy)
        put('test_loss', test_loss)
        put('test_accuracy', test_accuracy)

    def Show_Training_Stage_Info(self, epoch):
        numbers = [self.history[name][-1:] for name in self.history]
        print('Epoch', epoch, *['%.4f' % number for [number] in filter(None, numbers)])

    def predict_2_binary(self, y_hat):
        return np.sign(np.maximum(y_hat - 0.5, 0))

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape[::-1] == y.shape[::-1]:
            return float(np.count_nonzero(self.predict_2_binary(y_hat) == y) / y.size)
        raise ValueError('y_hat: %s, y: %s' % (y_hat.shape, y.shape))

    def evaluate(self, x, y):
        Y_hat, Y = self.forward(x).T, y.T
        U = Y_hat - Y
        return (U @ U.T).item() / (2 * U.shape[1]), self.Compute_Accuracy(Y_hat, Y)
