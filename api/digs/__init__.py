"""Digging once as people meet it: plans, invitations, drawings, files and reports. The story is :mod:`api.matching`."""
