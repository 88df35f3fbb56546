"""Where to look when something of any lab's goes wrong; a lab has hints of its own beside these."""

from checks.messages import deferred

LOOK_AT_SHAPES = {}
"""What a lab's hints add: the file and the function in which shapes do not fit, and a hint."""


def of_shapes(found, wanted):
    """Return the hint that fits a wrong shape; None if none does."""
    if len(wanted) == 2:
        if wanted[1] == 1 and len(found) == 2 and found[0] == found[1] == wanted[0]:
            return BROADCAST
        if found == wanted[::-1] and found != wanted:
            return TRANSPOSED
        if len(found) == 1 and found[0] in wanted:
            return AXIS
    return None


NO_RETURN = deferred("Is there a `return` at the end?")
NOT_RETURNED = deferred("What was to give it returned nothing: is there a `return`?")
NOT_STORED = deferred(
    "Nothing has been stored there: is the result assigned to that attribute of `self`?"
)
NUMBER = deferred("An array with one number in it is no plain number: `float(...)` makes it one.")
BROADCAST = deferred(
    "Where an array of shape (N, 1) meets one of shape (N,), NumPy makes an N by N table of the "
    "two, and raises no error: look at the shapes of y_hat and y, and for `ravel` or `[:, 0]`."
)
AXIS = deferred(
    "One axis got lost: an array of shape (N,) is not one of shape (N, 1). Look for `ravel`, "
    "`flatten`, `[:, 0]` and sums without `keepdims=True`."
)
TRANSPOSED = deferred(
    "That is the shape of the transpose: write down the shape of each factor of the product, and "
    "see which order and which transposes give the shape that is wanted."
)
DTYPE = deferred(
    "All numbers are float64. A comparison such as `x > 0` gives True and False (bool), and "
    "from whole numbers such as 1 and 0 NumPy makes int64; write 1.0 and 0.0, or convert "
    "with `.astype(np.float64)`."
)
