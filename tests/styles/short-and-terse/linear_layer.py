from numpy import *
class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        self.w = random.uniform(-1, 1, (output_dim, input_dim)) / input_dim ** .5
        self.delta_w, self.momentum_w = 0 * self.w, 0 * self.w
    def forward(self, x): self.pre_input = x; return x @ self.w.T
    def backward(self, grad): self.delta_w = grad.T @ self.pre_input; return grad @ self.w
    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer not in ['sgd', 'sgdm']: raise ValueError(optimizer)
        if optimizer == 'sgdm': self.momentum_w = self.beta * self.momentum_w + self.delta_w
        self.w = self.w - learning_rate * [self.delta_w, self.momentum_w][optimizer == 'sgdm']
    def L2_Norm(self): self.w = self.w / (linalg.norm(self.w) or 1)
