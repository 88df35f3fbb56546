import os
import sys
import time

import numpy as np

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
if hasattr(sys.stdout, 'reconfigure'):  # on Windows
    sys.stdout.reconfigure(encoding='utf-8')


class Model:
    def __init__(self):
        self.layers = []
        self.history = self.new_history()
        self.seconds = 0.0
        self.best_loss = float('inf')

    def new_history(self):
        return {'train_loss': [], 'train_accuracy': [], 'test_loss': [], 'test_accuracy': []}

    def Build(self, layers):
        self.layers = layers
        self.history = self.new_history()
        self.best_loss = float('inf')
        self.summary()

    def summary(self):
        print('=' * 40)
        for i, layer in enumerate(self.layers):
            print('%3d  %s' % (i, type(layer).__name__))
        print('=' * 40)

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        return self.layers[i]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def predict(self, x):
        return self.predict_2_binary(self.forward(x))

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer='sgdm'):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def mean_square_error(self, y_hat, y):
        return np.mean((y_hat - y) ** 2 / 2)

    def mean_square_error_gradient(self, y_hat, y):
        return (y_hat - y) / len(y)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm', test_data=None, verbose=0):
        start = time.time()
        print('training on %d samples for %d epochs ...' % (len(x), epochs))
        for epoch in range(epochs):
            test_loss = test_accuracy = None
            if test_data is not None:
                test_loss, test_accuracy = self.evaluate(*test_data)
            y_hat = self.forward(x)
            loss = self.mean_square_error(y_hat, y)
            self.Record_History(loss, self.Compute_Accuracy(y_hat, y), test_loss, test_accuracy)
            self.best_loss = min(self.best_loss, loss)
            self.backward(self.mean_square_error_gradient(y_hat, y))
            self.update(learning_rate, optimizer)
            if verbose and epoch == 0:
                print('epoch | train | test')
            if verbose and (epoch + 1) % verbose == 0:
                self.Show_Training_Stage_Info(epoch + 1)
        self.seconds += time.time() - start
        print('trained', file=sys.stderr)
        print('done, best loss %g, %.1f s' % (self.best_loss, self.seconds))
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        if train_loss is not None:
            self.history['train_loss'].append(train_loss)
        if train_accuracy is not None:
            self.history['train_accuracy'].append(train_accuracy)
        if test_loss is not None:
            self.history['test_loss'].append(test_loss)
        if test_accuracy is not None:
            self.history['test_accuracy'].append(test_accuracy)

    def Show_Training_Stage_Info(self, epoch):
        h = self.history
        line = 'Epoch: {:>6}'.format(epoch)
        if h['train_loss']:
            line += '   train loss: {:.6f}   train acc: {:.2%}'.format(h['train_loss'][-1], h['train_accuracy'][-1])
        if h['test_loss']:
            line += '   test loss: {:.6f}   test acc: {:.2%}'.format(h['test_loss'][-1], h['test_accuracy'][-1])
        sys.stdout.write(line + '\n')
        sys.stdout.flush()

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(float)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError('cannot compare %s with %s' % (y_hat.shape, y.shape))
        return np.sum(self.predict_2_binary(y_hat) == y) / len(y)

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.mean_square_error(y_hat, y), self.Compute_Accuracy(y_hat, y)

    def show_result(self, x, y):
        y_hat = self.forward(x)
        for i, (a, b) in enumerate(zip(y.ravel(), y_hat.ravel())):
            print('Iter %d | Ground truth: %.1f | prediction: %.5f' % (i, a, b))
