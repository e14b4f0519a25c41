"""The demo city 示范城: a made-up city that meets every rule, written as a city folder.

Everything here is invented by a seeded generator; no row describes a real street, pipe, office or person.
"""

from layers.demo.write import write_demo

__all__ = ["write_demo"]
