"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array, assert_equal, assert_number
from checks.asserts import assert_array
from checks.about import about


@about("predict", points=2)
def test_predict_example(student):
    """predict finds the largest logit of each sample"""

    class Same:
        """A layer that returns what it is given."""

        def forward(self, x):
            return x

    logits = np.array([[0.1, 2.0, -3.0], [5.0, 4.0, 3.0]])
    actual = student.Classifier([Same()], None).predict(logits)
    assert_array(actual, np.array([1, 0]), "predict for [0.1, 2, -3] and [5, 4, 3]", kinds="iu")


@about("Compute_Accuracy", points=1, requires=("test_predict_example",))
def test_accuracy_example(student):
    """Compute_Accuracy is 0.5 if one of two samples is predicted right"""

    class Same:
        """A layer that returns what it is given."""

        def forward(self, x):
            return x

    logits = np.array([[0.1, 2.0, -3.0], [5.0, 4.0, 3.0]])
    actual = student.Classifier([Same()], None).Compute_Accuracy(logits, np.array([1, 2]))
    assert_number(actual, 0.5, "what Compute_Accuracy returns")


@about("fit", points=4)
def test_fit_example(student):
    """fit goes through five samples in batches of 2, 2 and 1, and keeps their mean loss"""
    steps = []

    class Recorder:
        """Writes down each step, and with which batch it is taken."""

        def forward(self, x):
            self.batch = x[:, 0].tolist()
            return x

        def backward(self, grad):
            return grad

        def update(self, learning_rate, optimizer):
            steps.append((self.batch, learning_rate))

    class FirstLabel:
        """Says that the loss of a batch is its first label."""

        def forward(self, z, labels):
            return float(labels[0])

        def backward(self):
            return 1.0

    x, labels = np.arange(5.0).reshape(5, 1), np.array([5, 0, 10, 0, 20])
    classifier = student.Classifier([Recorder()], FirstLabel())
    history = classifier.fit(x, labels, epochs=1, learning_rate=0.5, batch_size=2)
    right = [([0.0, 1.0], 0.5), ([2.0, 3.0], 0.5), ([4.0], 0.5)]
    assert_equal(steps, right, "each batch that a step is taken with, and the learning rate,")
    assert_equal(history, [10.0], "what fit returns for batches with the losses 5, 10 and 20")
