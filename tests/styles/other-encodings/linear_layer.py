#!/usr/bin/env python3
# vim: set fileencoding=latin-1 :
"""Couche linéaire, sans biais: z = x @ w.T (élève: José Müller)."""
import numpy as np


class Linear_Layer:
    """Les échantillons sont les lignes de x."""

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        # tirage entre -1/racine(n) et 1/racine(n), n = nombre d'entrées
        étendue = 2 / np.sqrt(input_dim)
        self.w = étendue * (np.random.rand(output_dim, input_dim) - 0.5)
        self.delta_w = np.zeros_like(self.w)
        self.momentum_w = np.zeros_like(self.w)
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return x.dot(self.w.T)

    def backward(self, grad):
        self.delta_w = grad.T.dot(self.pre_input)
        return grad.dot(self.w)

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer == 'sgdm':
            self.momentum_w = self.momentum_w * self.beta + self.delta_w
            self.w = self.w - self.momentum_w * learning_rate
        elif optimizer == 'sgd':
            self.w = self.w - self.delta_w * learning_rate
        else:
            raise ValueError('méthode inconnue: %s' % optimizer)

    def L2_Norm(self):
        carré = (self.w ** 2).sum()
        if carré > 0:
            self.w = self.w / np.sqrt(carré)
