# -*- coding: utf-8 -*-
# 活化函數層。Windows 上寫的，換行是 CRLF。
import numpy


class Activation(object):

    def __init__(self, func_name):
        allowed = ('sigmoid', 'relu', 'softplus')
        if not func_name in allowed:
            raise ValueError('func_name 必須是 ' + '、'.join(allowed) + ' 之一')
        self.func_name = func_name
        self.forward_func = dict(sigmoid=self.sigmoid, relu=self.relu, softplus=self.softplus)
        self.backward_func = dict(sigmoid=self.derivative_sigmoid,
                                  relu=self.derivative_relu,
                                  softplus=self.derivative_softplus)
        self.pre_input = None
        self.pre_output = None

    def sigmoid(self, x):
        result = numpy.empty(numpy.shape(x))
        positive = x >= 0
        negative = numpy.logical_not(positive)
        result[positive] = 1. / (1. + numpy.exp(-x[positive]))
        result[negative] = numpy.exp(x[negative]) / (1. + numpy.exp(x[negative]))
        return result

    def relu(self, x):
        result = numpy.array(x)
        result[result < 0] = 0
        return result

    def softplus(self, x):
        return numpy.log(numpy.exp(-abs(x)) + 1.) + (x + abs(x)) / 2.

    def derivative_sigmoid(self, x):
        s = self.sigmoid(x)
        return s * (1. - s)

    def derivative_relu(self, x):
        result = numpy.zeros(x.shape)
        result[x >= 0] = 1          # 在 0 取 1
        return result

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        function = self.forward_func[self.func_name]
        self.pre_output = function(x)
        return self.pre_output

    def backward(self, grad):
        derivative = self.backward_func[self.func_name]
        return numpy.multiply(grad, derivative(self.pre_input))

    def update(self, learning_rate, optimizer='sgdm'):
        """沒有參數可以更新。"""
