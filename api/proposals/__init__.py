"""Proposals over HTTP: what is asked, how a version is judged, how it is shown, until when an answer is owed."""
