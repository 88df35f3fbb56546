# -*- coding: utf-8 -*-
# 深度學習 Lab 1　模型
import numpy as np


class Model(object):

    def __init__(self):
        self.layers = []
        self.清空紀錄()

    def 清空紀錄(self):
        self.history = {'train_loss': [], 'train_accuracy': [], 'test_loss': [], 'test_accuracy': []}

    def Build(self, layers):
        self.layers = list(layers)
        self.清空紀錄()

    def forward(self, x):
        輸出 = x
        for 層 in self.layers:
            輸出 = 層.forward(輸出)
        return 輸出

    def backward(self, grad):
        for 層 in reversed(self.layers):
            grad = 層.backward(grad)
        return grad

    def update(self, learning_rate, optimizer='sgdm'):
        for 層 in self.layers:
            層.update(learning_rate, optimizer)

    def 誤差(self, y_hat, y):
        u = y_hat - y
        return float(np.sum(u ** 2) / 2 / len(y))

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm', test_data=None, verbose=0):
        for epoch in range(1, epochs + 1):
            # 先測試再訓練，不然 backward 會用到測試資料的輸入
            測試 = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            self.Record_History(self.誤差(y_hat, y), self.Compute_Accuracy(y_hat, y), *測試)
            self.backward((y_hat - y) / len(y))
            self.update(learning_rate, optimizer)
            if verbose > 0 and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        數值 = [train_loss, train_accuracy, test_loss, test_accuracy]
        for 名稱, 值 in zip(self.history, 數值):
            if 值 is not None:
                self.history[名稱].append(值)

    def Show_Training_Stage_Info(self, epoch):
        文字 = '第 %d 次' % epoch
        for 名稱, 值 in self.history.items():
            if 值:
                文字 += '　%s：%.4f' % (名稱, 值[-1])
        print(文字)

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1, 0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError('形狀不一樣：%s 和 %s' % (y_hat.shape, y.shape))
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.誤差(y_hat, y), self.Compute_Accuracy(y_hat, y)
