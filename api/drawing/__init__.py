"""The drawing table over HTTP: typed coordinates, parallels, lines out of files."""
