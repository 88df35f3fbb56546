"""Where to look when a check fails: what stands below what was found."""

from checks.messages import deferred

NAMES = deferred(
    "The handout's table of attributes says what each of them holds after construction."
)
VALUE_ERROR_NAMES = deferred("The message must name the three functions that there are.")
FUNCTION = deferred("Put the number into the formula in the handout by hand and compare.")
DERIVATIVE = deferred(
    "The derivative is taken at x itself, the pre-activation. If yours is 0 where x is 0, it "
    "may be meant for the function's output instead."
)
RECORD = deferred("`forward` keeps what came in and what went out; `backward` needs one of them.")
ACTIVATION_BACKWARD = deferred(
    "Think of one element: by the chain rule its slope joins the gradient that arrives. At "
    "which number is the slope taken: at what came into `forward`, or at what left it?"
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
DTYPE = deferred(
    "All numbers are float64. A comparison such as `x > 0` gives True and False (bool), and "
    "from whole numbers such as 1 and 0 NumPy makes int64; write 1.0 and 0.0, or convert "
    "with `.astype(np.float64)`."
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
    "layer applies no factor of its own. The result has the shape of w."
)
LINEAR_PRODUCT = deferred(
    "In a product `a @ b` the last size of a and the first size of b meet; they are the "
    "index that is summed over, and the outer two sizes stay. dL/dw sums over the samples "
    "and has the shape of w; dL/dx sums over the outputs and has the shape of x. Which of "
    "the two is this line for?"
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
SGDM = deferred(
    "With 'sgdm', the momentum first decays by beta and takes in `delta_w`; then w takes a "
    "step against the new momentum. The learning rate enters once, in that step."
)
NORM = deferred(
    "The L2 norm of a matrix is the root of the sum of the squares of all its entries. An "
    "all-zero w has norm 0 and stays as it is."
)
BUILD = deferred(
    "`Build` takes over the layers in their order and empties the history, which then has "
    "four keys with an empty list each."
)
ORDER = deferred(
    "Forward goes through the layers in the order of `layers`; each gets what the one before "
    "it returned."
)
REVERSE = deferred(
    "The last layer is nearest to the loss, so the gradient reaches it first; each layer "
    "hands on what its own `backward` returned."
)
UPDATE = deferred(
    "Every layer's `update` is called once, with the learning rate and the optimizer given."
)
THRESHOLD = deferred(
    "The prediction is 1 where the output is greater than 0.5, and 0 at 0.5 itself."
)
ACCURACY = deferred(
    "Accuracy is the share of samples whose prediction equals the label. When the shapes "
    "differ, NumPy may compare every sample with every label without complaint: so look "
    "first."
)
EVALUATE = deferred(
    "The loss is the mean over the samples of half the squared difference. `evaluate` leaves "
    "weights and history alone."
)
GRADIENT = deferred(
    "The gradient that a layer is handed has the shape of the layer's output. Where an array of "
    "shape (N, 1) meets one of shape (N,), NumPy makes an N by N table of the two without "
    "complaint: look at the shapes of y_hat and y."
)
LAST_FORWARD = deferred(
    "A layer remembers its last `forward`, and `backward` goes back through that one. Did another "
    "`forward` come in between, for instance to evaluate the test data?"
)
LOSS_GRADIENT = deferred(
    "This is what `fit` handed to the last layer, for N = 4 samples. Differentiate the mean "
    "over the samples: which factor stays, and is it applied exactly once?"
)
LOSS = deferred(
    "The loss is the mean over the samples of half the squared difference. Is the half there, and "
    "the mean?"
)
RECORD_FIRST = deferred(
    "An epoch records the loss and the accuracy of its own forward pass, before the update."
)
STEP = deferred(
    "One epoch is: forward, record, backward from the derivative of the loss, update. If the "
    "loss is right here and the weight is not, look at that derivative."
)
GOES_ON = deferred(
    "`fit` goes on from where it stands, so 2 epochs and then 3 give the same as 5; only "
    "`Build` empties the history."
)
EPOCHS = deferred(
    "`epochs` alone says how many there are, however good the model already is; each is one pass "
    "over all samples at once, with one `backward` and one `update` of every layer."
)
RETURNS_HISTORY = deferred("`fit` returns `history`, so that it can be looked at and drawn.")
TEST_DATA = deferred(
    "Test data is evaluated with the weights of the same forward pass. That runs `forward` "
    "again: what do the layers remember when `backward` comes?"
)
HISTORY = deferred("Each list gets one float per recorded epoch; a value that is None is left out.")
SHOW = deferred(
    "One line with the epoch (the number that was given, or one more where you count from 1) "
    "and the latest loss and accuracy, and no failure when nothing has been recorded yet. "
    "`verbose=0` prints nothing."
)
