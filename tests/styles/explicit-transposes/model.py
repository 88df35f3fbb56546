# -*- coding: utf-8 -*-
import numpy


class Model(object):

    def __init__(self):
        self.layers = []
        self.history = {}
        for name in ('train', 'test'):
            self.history[name + '_loss'] = []
            self.history[name + '_accuracy'] = []

    def Build(self, layers):
        self.layers = []
        for layer in layers:
            self.layers.append(layer)
        for name in self.history:
            self.history[name].clear()

    def forward(self, x):
        value = x
        for index in range(len(self.layers)):
            value = self.layers[index].forward(value)
        return value

    def backward(self, grad):
        value = grad
        index = len(self.layers)
        while index > 0:
            index = index - 1
            value = self.layers[index].backward(value)
        return value

    def update(self, learning_rate, optimizer='sgdm'):
        for index in range(len(self.layers)):
            self.layers[index].update(learning_rate, optimizer)

    def Loss(self, y_hat, y):
        u = (y_hat - y).reshape(-1)
        return float(0.5 * numpy.dot(u, u) / u.size)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm',
            test_data=None, verbose=0):
        N = x.shape[0]
        epoch = 0
        while epoch < epochs:
            epoch = epoch + 1
            # 先評估測試資料，再做訓練的前向傳遞
            if test_data is None:
                test_loss, test_accuracy = None, None
            else:
                test_x, test_y = test_data
                test_loss, test_accuracy = self.evaluate(test_x, test_y)
            y_hat = self.forward(x)
            self.Record_History(self.Loss(y_hat, y), self.Compute_Accuracy(y_hat, y),
                                test_loss, test_accuracy)
            self.backward(numpy.divide(numpy.subtract(y_hat, y), N))
            self.update(learning_rate, optimizer)
            if verbose != 0:
                if epoch % verbose == 0:
                    self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        if train_loss != None:
            self.history['train_loss'].append(train_loss)
        if train_accuracy != None:
            self.history['train_accuracy'].append(train_accuracy)
        if test_loss != None:
            self.history['test_loss'].append(test_loss)
        if test_accuracy != None:
            self.history['test_accuracy'].append(test_accuracy)

    def Show_Training_Stage_Info(self, epoch):
        text = '第 ' + str(epoch) + ' 個 epoch'
        if len(self.history['train_loss']) > 0:
            text += '，損失 ' + str(self.history['train_loss'][-1])
        if len(self.history['train_accuracy']) > 0:
            text += '，準確率 ' + str(self.history['train_accuracy'][-1])
        print(text)

    def predict_2_binary(self, y_hat):
        prediction = numpy.zeros(y_hat.shape)
        prediction[y_hat > 0.5] = 1
        return prediction

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError('形狀不同')
        return float(numpy.sum(self.predict_2_binary(y_hat) == y)) / y.shape[0]

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.Loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
