"""Files → frames: routes and city layers in the work CRS, with the columns of :mod:`geo.schema` and every doubt listed.

The way of a file: ``intake`` copies it under a name of ours and recognises it, ``sandbox`` has it opened by ``child``
in a process with limits, ``raw`` decodes shapes and columns, ``crs`` settles where it lies, ``table`` (``columns``,
``values``) and ``shapes`` turn it into our words; ``layer`` and ``routes`` are the two doors.
"""

from layers.readers.columns import conform
from layers.readers.layer import read_layer
from layers.readers.routes import read_routes
from layers.readers.sandbox import Limits
from layers.readers.words import Issue, LayerRead, Note, RoutesRead

__all__ = ["Issue", "LayerRead", "Limits", "Note", "RoutesRead", "conform", "read_layer", "read_routes"]
