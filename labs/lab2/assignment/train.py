"""Train both networks on the images, with your own files: ``python train.py``.

In the notebook, or in a script of your own::

    from train import cnn, softmax_regression, train
    classifier = train(cnn(), epochs=10)
"""

import sys

import numpy as np
from checks.messages import about_languages, say, speak_to, without_language
from layers import Flatten, Linear_Layer, ReLU
from shapes import CLASSES, load


def softmax_regression():
    """Make a network of a single linear layer."""
    from classifier import Classifier
    from softmax_cross_entropy import Softmax_Cross_Entropy

    return Classifier([Flatten(), Linear_Layer(64, len(CLASSES))], Softmax_Cross_Entropy())


def cnn(kernels=6):
    """Make a network of a convolution of 3 by 3, a ReLU and a linear layer."""
    from classifier import Classifier
    from conv2d import Conv2d
    from softmax_cross_entropy import Softmax_Cross_Entropy

    layers = [Conv2d(1, kernels, kernel_size=3, padding=1), ReLU(), Flatten()]
    layers.append(Linear_Layer(64 * kernels, len(CLASSES)))
    return Classifier(layers, Softmax_Cross_Entropy())


def train(classifier, epochs=10, learning_rate=0.1):
    """Train a network, print how far it is after every second epoch, and return it."""
    (x, labels), (test_x, test_labels) = load("train"), load("test")
    print(say("epoch    loss   accuracy: training, test"))
    for epoch in range(epochs):
        history = classifier.fit(x, labels, epochs=1, learning_rate=learning_rate)
        if epoch % 2 or epoch == epochs - 1:
            accuracies = classifier.Compute_Accuracy(x, labels)
            tested = classifier.Compute_Accuracy(test_x, test_labels)
            print(f"{epoch + 1:5}  {history[-1]:6.3f}   {accuracies:20.1%}  {tested:6.1%}")
    return classifier


def main(arguments):
    """Train both; return 0, or 1 if something is not written yet."""
    rest = list(without_language(arguments))
    speak_to(sys.stdout, sys.stderr)
    if rest:
        usage = say("usage: python train.py [--lang LANGUAGE]\nTrains both networks on the images.")
        print(usage, about_languages(), sep="\n")
        return 0 if rest in (["-h"], ["--help"]) else 2
    np.random.seed(0)
    try:
        print(say("Softmax regression"))
        train(softmax_regression())
        print("\n" + say("A convolutional network"))
        train(cnn())
    except NotImplementedError as error:
        print(say("{name} is not written yet.", name=error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
