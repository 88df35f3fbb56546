"""The lab's parts: what students write, and what the graded checks ask of it, in words."""

from dataclasses import dataclass

from checks.messages import deferred


@dataclass(frozen=True)
class Part:
    """A part of the lab.

    Attributes
    ----------
    title : str
        The class.
    points : int
        What the graded checks of it give.
    methods : tuple of str
        What students write of it, in the handout's order.
    graded : str
        What the graded checks look at that these checks do not, in words.
    """

    title: str
    points: int
    methods: tuple
    graded: str


PARTS = {
    "activation": Part(
        "Activation",
        20,
        (
            *("__init__", "sigmoid", "relu", "softplus"),
            *("derivative_sigmoid", "derivative_relu", "derivative_softplus"),
            *("forward", "backward", "update"),
        ),
        deferred(
            "other numbers, and arrays of other shapes; every attribute in the handout's table, "
            "and every dtype; that arguments stay as they are"
        ),
    ),
    "linear_layer": Part(
        "Linear_Layer",
        25,
        ("__init__", "forward", "backward", "update", "L2_Norm"),
        deferred(
            "layers and batches of other sizes; weights, momentum and beta that were assigned "
            "from outside; both optimizers over several steps"
        ),
    ),
    "model": Part(
        "Model",
        30,
        (
            *("Build", "forward", "update", "backward"),
            *("Record_History", "Show_Training_Stage_Info"),
            *("predict_2_binary", "Compute_Accuracy", "evaluate", "fit"),
        ),
        deferred(
            "other layers, numbers of samples and settings; all that the handout says of `fit`, "
            "one thing at a time"
        ),
    ),
}
NETWORK = Part(
    "Network",
    25,
    (),
    deferred(
        "your three classes together: the gradient of the whole network, and training on both "
        "datasets. `{command}` is the nearest that you can run"
    ),
)
QUESTIONS = 5
QUESTION_POINTS = 5
"""Of the notebook: given by a person."""
FILES = tuple(f"{name}.py" for name in PARTS)
NOTEBOOK = "lab1.ipynb"
