"""Work that outlives a request: what is ordered, how it is done, and the process that does it."""
