"""Ctrl-C: there and then while nothing has been started, after that by unwinding, and never lost on the way. So is a request
to end (SIGTERM, as ``kill``, a service manager or the end of a session sends it): what a command started ends with it.

Python raises KeyboardInterrupt wherever the main thread happens to be. In a callback from C, in a destructor or in an
import that tries what may be missing, it is thrown away there, and the command would go on as if nobody had asked.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CODE = 130  # what shells give a command that Ctrl-C ended
ENDED = 143  # and one that was asked to end
AGAIN_S = 0.25  # so long an interrupt may be on its way before it counts as lost
PATIENCE_S = 10.0  # so long the putting away is not disturbed by more of them
LINES = {"zh": "已中断，没有留下运行中的程序", "en": "interrupted; nothing was left running"}

_first_s: float | None = None  # when the present block was interrupted, on the monotonic clock
_first_signal = signal.SIGINT  # and by which of the two


@contextmanager
def at_once(lang: str) -> Iterator[None]:
    """A block that has nothing to put away: Ctrl-C says one line and ends the process within it."""

    def end(*_: Any) -> None:
        os.write(2, f"\n{LINES[lang]}\n".encode())
        os._exit(CODE)

    with _handled(end):
        yield


@contextmanager
def never_lost() -> Iterator[None]:
    """A block that Ctrl-C or SIGTERM leaves by KeyboardInterrupt. One that nobody is handling any more is raised again."""
    global _first_s
    _first_s = None
    alarm, hook = signal.getsignal(signal.SIGALRM), sys.unraisablehook
    sys.unraisablehook = lambda lost: None if lost.exc_type is KeyboardInterrupt else hook(lost)  # it comes again: no traceback
    with _handled(_raise), _handled(_raise, signal.SIGTERM):
        try:
            yield
        finally:
            sys.unraisablehook = hook
            if came():
                settled()
                signal.signal(signal.SIGALRM, alarm)


def came() -> bool:
    """Was the present block interrupted?"""
    return _first_s is not None


def code() -> int:
    """The exit code of a command that was interrupted."""
    return ENDED if _first_signal == signal.SIGTERM else CODE


def settled() -> None:
    """For who catches the interrupt on purpose: it is not raised again."""
    signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _handled(handler: Any, number: signal.Signals = signal.SIGINT) -> Iterator[None]:
    # Only the main thread may ask for signals; and a command in the background of a script is not meant by Ctrl-C.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(number) == signal.SIG_IGN:
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _raise(number: int, *_: Any) -> None:
    global _first_s, _first_signal
    now = time.monotonic()
    if _first_s is not None and _being_handled() and now - _first_s < PATIENCE_S:
        return
    if _first_s is None:
        _first_s, _first_signal = now, signal.Signals(number)
    signal.signal(signal.SIGALRM, _raise_if_lost)
    signal.setitimer(signal.ITIMER_REAL, AGAIN_S, AGAIN_S)
    raise KeyboardInterrupt


def _raise_if_lost(*_: Any) -> None:
    if not _being_handled():
        raise KeyboardInterrupt


def _being_handled() -> bool:
    """Does the main thread stand in an ``except``, a ``finally`` or an ``__exit__`` on the interrupt's way out?"""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
