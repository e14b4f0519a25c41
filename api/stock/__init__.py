"""Keeping the layers as people meet it: a look at a file before it is loaded, the load as a job, packs side by side."""
