"""The report of a review: one HTML file that opens from disk with the cable pulled. Begin at ``write``."""
