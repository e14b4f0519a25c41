"""The day it is: one clock for the command line, the server and the workers."""

from layers.day import today

__all__ = ["today"]
