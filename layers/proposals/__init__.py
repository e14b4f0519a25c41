"""Proposals: lines that somebody draws, submits and has reviewed; their versions, findings answered, tasks, sheets, decisions."""
