# 這個檔案是用別的編輯器存的 (UTF-8)
import numpy as np

紀錄項目 = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]


class Model:
    def __init__(self):
        self.layers = []
        self.history = {項目: [] for 項目 in 紀錄項目}

    def Build(self, layers):
        self.layers = [layer for layer in layers]
        self.history = {項目: [] for 項目 in 紀錄項目}

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for k in range(len(self.layers), 0, -1):
            grad = self.layers[k - 1].backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        for 第幾次 in range(1, epochs + 1):
            測試結果 = self.evaluate(*test_data) if test_data is not None else []
            訓練結果 = self.evaluate(x, y)
            self.Record_History(*訓練結果, *測試結果)
            y_hat = self.forward(x)
            self.backward((y_hat - y) / len(x))
            self.update(learning_rate, optimizer)
            if verbose and 第幾次 % verbose == 0:
                self.Show_Training_Stage_Info(第幾次)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for 項目, 值 in zip(紀錄項目, [train_loss, train_accuracy, test_loss, test_accuracy]):
            if 值 is not None:
                self.history[項目].append(值)

    def Show_Training_Stage_Info(self, epoch):
        print("第", epoch, "次", [(項目, 值[-1]) for 項目, 值 in self.history.items() if 值])

    def predict_2_binary(self, y_hat):
        return (y_hat > 0.5).astype(np.uint8)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("形狀要一樣")
        答對 = np.count_nonzero(self.predict_2_binary(y_hat) == y)
        return 答對 / y.size

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return float(((y_hat - y) ** 2).sum() / 2 / len(y)), self.Compute_Accuracy(y_hat, y)
