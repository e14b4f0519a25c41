"""Places and the ground over HTTP: pasted locations understood, terrain along a line."""
