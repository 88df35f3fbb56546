class Model:
    def __init__(self):
        self.layers = []

    def Build(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
