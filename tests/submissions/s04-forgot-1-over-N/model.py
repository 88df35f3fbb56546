"""Lab1 模型與訓練流程"""
import numpy as np


class Model:

    def __init__(self):
        self.layers = []
        self.history = {'train_loss': [], 'train_accuracy': [], 'test_loss': [], 'test_accuracy': []}

    def Build(self, layers):
        self.layers = list(layers)
        for name in self.history:
            self.history[name] = []

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer='sgdm'):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def loss(self, y_hat, y):
        u = y_hat - y
        return float(np.mean(u ** 2 / 2))

    def loss_gradient(self, y_hat, y):
        # L = 1/2 u^2，對 y_hat 微分就是 u
        return y_hat - y

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer='sgdm', test_data=None, verbose=0):
        for epoch in range(1, epochs + 1):
            if test_data is None:
                test_loss, test_accuracy = None, None
            else:
                test_loss, test_accuracy = self.evaluate(test_data[0], test_data[1])
            # 前向
            y_hat = self.forward(x)
            self.Record_History(self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y),
                                test_loss, test_accuracy)
            # 反向
            self.backward(self.loss_gradient(y_hat, y))
            # 更新
            self.update(learning_rate, optimizer)
            if verbose != 0 and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
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
        message = f'第 {epoch} 輪'
        if self.history['train_loss']:
            message += f"  訓練誤差 {self.history['train_loss'][-1]:.4f}"
            message += f"  訓練準確率 {self.history['train_accuracy'][-1] * 100:.1f}%"
        if self.history['test_loss']:
            message += f"  測試誤差 {self.history['test_loss'][-1]:.4f}"
            message += f"  測試準確率 {self.history['test_accuracy'][-1] * 100:.1f}%"
        print(message)

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(int)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError('y_hat 和 y 的形狀不同')
        return float((self.predict_2_binary(y_hat) == y).sum() / len(y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
