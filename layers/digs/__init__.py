"""Digging once in the database: works, matches, plans, invitations with their answers, and quiet plans."""
