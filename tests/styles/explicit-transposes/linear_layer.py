# -*- coding: utf-8 -*-
import numpy


class Linear_Layer(object):

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        low = -1. / numpy.sqrt(input_dim)
        high = 1. / numpy.sqrt(input_dim)
        self.w = numpy.random.uniform(low, high, (output_dim, input_dim))
        self.delta_w = numpy.zeros((output_dim, input_dim))
        self.momentum_w = numpy.zeros((output_dim, input_dim))
        self.pre_input = None

    def forward(self, x):
        # Z = W X，X 的每一行是一個樣本；最後再轉回「列是樣本」
        self.pre_input = x
        X = numpy.transpose(x)
        Z = numpy.dot(self.w, X)
        return numpy.transpose(Z)

    def backward(self, grad):
        G = numpy.transpose(grad)
        X = numpy.transpose(self.pre_input)
        self.delta_w = numpy.dot(G, numpy.transpose(X))
        dX = numpy.dot(numpy.transpose(self.w), G)
        return numpy.transpose(dX)

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer == 'sgd':
            self.w = numpy.subtract(self.w, numpy.multiply(learning_rate, self.delta_w))
        else:
            if optimizer != 'sgdm':
                raise ValueError('只有 sgd 與 sgdm')
            self.momentum_w = numpy.add(numpy.multiply(self.beta, self.momentum_w), self.delta_w)
            self.w = numpy.subtract(self.w, numpy.multiply(learning_rate, self.momentum_w))

    def L2_Norm(self):
        norm = numpy.linalg.norm(self.w.flatten())
        if norm != 0:
            self.w = numpy.divide(self.w, norm)
        return norm
