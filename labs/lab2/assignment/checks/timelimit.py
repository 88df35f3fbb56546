"""Stop a check that never ends."""

import _thread
import os
import signal
import threading
from contextlib import contextmanager

from checks.student import OutOfTimeError

SECONDS = 5
ALLOWED_TIMEOUTS = 2
"""After so many, the other checks of a class are left out."""


@contextmanager
def time_limit(seconds=SECONDS):
    """Raise `OutOfTimeError` from the body if it takes longer than this; main thread only.

    A timer interrupts the main thread as Ctrl-C would, because that is the one way out of a
    loop that works on Linux, macOS and Windows alike.
    """
    lock, state = threading.Lock(), {"over": False, "fired": False}

    def interrupt():
        with lock:
            if state["over"]:
                return
            state["fired"] = True
            if os.name == "posix":  # a real signal also ends a sleep
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            else:
                _thread.interrupt_main()

    # A process started in the background ignores Ctrl-C, and then the timer would do nothing.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                state["over"] = True
            timer.cancel()
    except KeyboardInterrupt as error:
        if not state["fired"]:
            raise
        # The traceback goes along, because it tells where the loop is.
        raise OutOfTimeError(seconds).with_traceback(error.__traceback__) from None
    finally:
        signal.signal(signal.SIGINT, before)
