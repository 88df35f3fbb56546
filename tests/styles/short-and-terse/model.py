K = 'train_loss', 'train_accuracy', 'test_loss', 'test_accuracy'
class Model:
    def __init__(self): self.Build([])
    def Build(self, layers): self.layers, self.history = layers, {k: [] for k in K}
    def forward(self, x):
        for l in self.layers: x = l.forward(x)
        return x
    def backward(self, grad):
        for l in self.layers[::-1]: grad = l.backward(grad)
        return grad
    def update(self, learning_rate, optimizer='sgdm'):
        for l in self.layers: l.update(learning_rate, optimizer)
    def fit(self, x, y, epochs=30000, learning_rate=.1, optimizer='sgdm', test_data=None, verbose=0):
        for e in range(epochs):
            t = self.evaluate(*test_data) if test_data else ()
            self.Record_History(*self.evaluate(x, y), *t)
            self.backward(self.u / len(y)); self.update(learning_rate, optimizer)
            if verbose and e % verbose == 0: self.Show_Training_Stage_Info(e)
        return self.history
    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for k, v in zip(K, (train_loss, train_accuracy, test_loss, test_accuracy)):
            if v is not None: self.history[k].append(v)
    def Show_Training_Stage_Info(self, epoch):
        print(epoch, [self.history[k][-1] for k in K if self.history[k]])
    def predict_2_binary(self, y_hat): return y_hat > .5
    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape: raise ValueError('shape')
        return ((y_hat > .5) == y).mean().item()
    def evaluate(self, x, y):
        y_hat = self.forward(x); self.u = y_hat - y
        return (self.u ** 2).mean().item() / 2, self.Compute_Accuracy(y_hat, y)
