"""Digging once: what a plan is made from (``case``), solved (``solve``), set by hand (``openings``), checked (``check``)."""
