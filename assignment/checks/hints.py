"""Where to look when a check fails: what stands below what was found."""

from checks import advice
from checks.advice import (  # noqa: F401  (the lab's checks take all hints from here)
    AXIS,
    BROADCAST,
    DTYPE,
    NO_RETURN,
    NOT_RETURNED,
    NOT_STORED,
    NUMBER,
    TRANSPOSED,
    of_shapes,
)
from checks.messages import deferred

NAMES = deferred(
    "The handout's table of attributes says what each of them holds after construction."
)
VALUE_ERROR_NAMES = deferred("The message must name the three functions that there are.")
FUNCTION = deferred("Put the number into the formula in the handout by hand and compare.")
SLOPE = deferred(
    "The derivative is the slope of the function at x. For a small h, such as 1e-4, it is nearly "
    "(f(x + h) - f(x - h)) / (2 * h): compare with that, and derive it on paper once more."
)
SLOPE_OF_OUTPUT = deferred(
    "Your formula may be meant for the function's output. The derivative gets x itself, the "
    "pre-activation."
)
FUNCTION_ITSELF = deferred("This is the function itself and not its derivative.")
OWN_FUNCTION = deferred(
    "This is what your own function gives at these numbers. So fix that function first."
)
OWN_SLOPE = deferred(
    "This is the gradient times what your own derivative gives there. So fix that derivative first."
)
FORWARD = deferred("`forward` applies the function of this layer's name to every element.")
RECORD = deferred("`forward` keeps what came in and what went out; `backward` needs one of them.")
CHAIN_RULE = deferred(
    "Think of one element: by the chain rule the gradient that arrives is multiplied by the slope "
    "of the function, at the number that came into `forward`."
)
ACTIVATION_BACKWARD = deferred(
    "At which number is the slope taken: at what came into `forward`, or at what left it?"
)
BACKWARD_SIGN = deferred(
    "It is right but for its sign. `backward` gives the gradient itself; the step against it is "
    "taken by `update`."
)
SLOPE_ALONE = deferred(
    "This is the slope alone: the gradient that arrives has no part in it. By the chain rule it is "
    "their product."
)
LARGE = deferred(
    "For which sign of x does the exponential grow? Look for an equal expression in which it "
    "is only ever taken of numbers that are not positive. (`np.where` computes both of its "
    "branches for every x, also the one that it does not take.)"
)
REPEAT = deferred(
    "Calling a method again with the same arguments must give the same answer, whatever was "
    "called in between, and another N may come at any time."
)
RANGE = deferred(
    "Every weight lies between -1/sqrt(input_dim) and 1/sqrt(input_dim). How many inputs are "
    "there here?"
)
SHAPE_OF_W = deferred(
    "w has a row for each output and a column for each input; `delta_w` and `momentum_w` have the "
    "shape of w."
)
ZEROS = deferred("Before the first `backward` and `update` it holds zeros.")
RECORD_INPUT = deferred("`forward` keeps its input as `pre_input`, since `backward` needs it.")
RANDOM = deferred(
    "The weights are drawn at random: with equal ones, all neurons would learn the same."
)
SIGNS = deferred(
    "The weights are drawn evenly from the whole range from -1/sqrt(input_dim) to "
    "1/sqrt(input_dim): which numbers does your generator give?"
)
LINEAR_FORWARD = deferred(
    "Each row of w belongs to one output, each row of x is one sample: an output is the "
    "product of such two rows, summed. There is no bias."
)
LINEAR_INPUT_GRADIENT = deferred(
    "An input reaches the loss through every output, so its gradient is a sum over the "
    "outputs, each weighted. The shapes (N, output_dim) and (output_dim, input_dim) tell the "
    "order."
)
LINEAR_WEIGHT_GRADIENT = deferred(
    "A weight takes part in every sample, so its gradient is a sum over the samples; and the "
    "layer applies no factor of its own."
)
LINEAR_PRODUCT = deferred(
    "In a product `a @ b` the last size of a must equal the first size of b: the sum runs over "
    "that axis, and the other two sizes make the shape of the result. dL/dw sums over the samples "
    "and has the shape of w; dL/dx sums over the outputs and has the shape of x. Which of "
    "the two is this line for?"
)
SQUARE = deferred(
    "With 2 inputs and 3 outputs it was right. Here w is square, so its transpose has the same "
    "shape: does anything depend on the shapes alone?"
)
LINEAR_MEAN = deferred(
    "This is divided by the number of samples. The loss has been averaged where it was "
    "differentiated; the layer applies no factor of its own."
)
ACCUMULATED = deferred(
    "`backward` was called twice with the same arguments. It must set `delta_w`, not add to "
    "what is there."
)
ONLY_DELTA = deferred(
    "`backward` only computes gradients; `w` and `momentum_w` are changed by `update` alone."
)
SGD = deferred("With 'sgd', w takes one step against `delta_w`, as long as the learning rate says.")
UPHILL = deferred("This step goes with the gradient, and so uphill: look at the sign.")
NO_STEP = deferred("`w` is as it was: is the result assigned to `self.w`?")
OLD_MOMENTUM = deferred(
    "The first step left `w` as it was: does it step by the new momentum or by the old one, and is "
    "the result assigned to `self.w`?"
)
SGDM = deferred(
    "With 'sgdm', the momentum first decays by beta and takes in `delta_w`; then w takes a "
    "step against the new momentum. The learning rate enters once, in that step."
)
NO_DECAY = deferred(
    "The momentum did not decay: where does `beta` come in, and which momentum does it multiply?"
)
NORM = deferred("The L2 norm of a matrix is the root of the sum of the squares of all its entries.")
NORM_ZERO = deferred("An all-zero w has norm 0 and stays as it is: do not divide by it.")
BUILD = deferred("`Build` keeps the layers in a list, in the order in which they were given.")
BUILD_EMPTIES = deferred(
    "`Build` empties the history, which then has four keys with an empty list each."
)
ORDER = deferred(
    "Forward goes through the layers in the order of `layers`; each gets what the one before it "
    "returned."
)
ORDER_REVERSED = deferred("This goes through the layers from the last to the first.")
HANDS_ON = deferred(
    "Each layer gets what the one before it on the way returned: is that assigned, as in "
    "`x = layer.forward(x)` or `grad = layer.backward(grad)`?"
)
REVERSE = deferred(
    "The last layer is nearest to the loss, so the gradient reaches it first; each layer "
    "hands on what its own `backward` returned."
)
IN_PLACE = deferred(
    "`backward` leaves `layers` in their order: `layers.reverse()` turns the list itself round, "
    "and `reversed(layers)` only goes through it the other way."
)
UPDATE = deferred(
    "Every layer's `update` is called once, with the learning rate and the optimizer given."
)
THRESHOLD = deferred(
    "The prediction is 1 where the output is greater than 0.5, and 0 at 0.5 itself."
)
ACCURACY = deferred("Accuracy is the share of samples whose prediction equals the label.")
SHARE = deferred(
    "Accuracy is the share of samples whose prediction equals the label, a number from 0 to 1: "
    "neither how many there are, nor a percentage, nor the share of the wrong ones."
)
OWN_PREDICTION = deferred(
    "This comes of what your own `predict_2_binary` gives. So fix that method first."
)
PREDICT_FIRST = deferred(
    "The outputs themselves hardly ever equal a label: turn them into predictions first, with "
    "`predict_2_binary`."
)
SHAPES_DIFFER = deferred(
    "When the shapes differ, NumPy may compare every sample with every label without an error: so "
    "look at the shapes first."
)
PAIR = deferred("`evaluate` returns two numbers: `return loss, accuracy`.")
LEAVES_ALONE = deferred("`evaluate` leaves weights and history alone.")
NO_BACKWARD = deferred(
    "One epoch is: forward, record, backward from the derivative of the loss, update."
)
LAST_FORWARD = deferred(
    "A layer remembers its last `forward`, and `backward` goes back through that one. Did another "
    "`forward` come in between, for instance to evaluate the test data?"
)
LOSS_GRADIENT = deferred(
    "This is what `fit` handed to the last layer, for N = 4 samples. Differentiate the mean "
    "over the samples: which factor stays, and is it applied exactly once?"
)
LOSS = deferred("The loss is the mean over the samples of half the squared difference.")
LOSS_HALF = deferred(
    "The loss is the mean over the samples of half the squared difference. Is the half there, once?"
)
LOSS_MEAN = deferred(
    "The loss is the mean over the samples: this is the sum, not divided by their number."
)
LOSS_SQUARE = deferred(
    "Every sample's difference is squared, so that none can cancel another, and the mean of the "
    "squares is taken after that."
)
ROUNDED = deferred("This is the right number, rounded: record it as it is.")
LOSS_SIGN = deferred("A mean of squares is never negative: look at the sign.")
RECORD_FIRST = deferred(
    "An epoch records the loss and the accuracy of its own forward pass, before the update. This "
    "number belongs to the weights after it."
)
STEP = deferred(
    "One epoch is: forward, record, backward from the derivative of the loss, update. The loss is "
    "right here and the weight after the update is not: look at that derivative, and at how often "
    "`update` is called."
)
GOES_ON = deferred(
    "`fit` goes on from where it stands, so 2 epochs and then 3 give the same as 5; only "
    "`Build` empties the history."
)
NO_EPOCH = deferred("No epoch was run at all: does the loop go round `epochs` times, or once less?")
EPOCHS = deferred(
    "`epochs` alone says how many there are, however good the model already is; each is one pass "
    "over all samples at once, with one `backward` and one `update` of every layer."
)
OFF_BY_ONE = deferred(
    "That is one too many or too few: how often does the loop go round? `range(epochs)` goes round "
    "`epochs` times."
)
LATEST_ALONE = deferred(
    "Only the latest entry is there: is something put in the place of the list, or the list "
    "emptied, where `append` would add to it?"
)
RETURNS_HISTORY = deferred("`fit` returns the history: `return self.history`.")
UPDATE_LATE = deferred(
    "The weight is as it was. Is every layer's `update` called, and after `backward`? Before it, "
    "the gradient of the first epoch is still zero."
)
ANY_N = deferred(
    "With 4 samples it was right: how many there are is to be taken from the arrays that come in."
)
LOSS_GRADIENT_N = deferred(
    "It is exactly N times too large, with N = 4 samples: the loss is a mean over the samples. "
    "Where does its factor 1/N go when you differentiate it?"
)
TEST_DATA = deferred(
    "Without test data, `fit` gives another number here: so the test data take part in the "
    "training. Evaluating them runs `forward` again: what do the layers remember when `backward` "
    "comes?"
)
TEST_WEIGHTS = deferred(
    "Test data are evaluated in every epoch with the weights of that epoch's forward pass, before "
    "the update."
)
NO_TEST_DATA = deferred("Without test data, nothing is recorded of it.")
HISTORY = deferred("Each list gets one float per recorded epoch; a value that is None is left out.")
ZERO = deferred(
    "0.0 is a value like any other and is recorded. `if value:` takes it for none; `if value is "
    "not None:` does not."
)
SHOW = deferred(
    "One line with the epoch (the number that was given, or one more where you count from 1) and "
    "the latest loss and accuracy."
)
SHOW_EMPTY = deferred(
    "Before anything is recorded the lists of the history are empty, and there is no last entry: "
    "print the epoch alone."
)
VERBOSE = deferred("With `verbose=k` it is called every k epochs, and with `verbose=0` never.")

advice.LOOK_AT_SHAPES |= {
    ("activation.py", "backward"): CHAIN_RULE,
    ("linear_layer.py", "forward"): LINEAR_FORWARD,
    ("linear_layer.py", "backward"): LINEAR_PRODUCT,
}
