"""Packs from disk: read and checked, the right one for a city and a day, explained in words. Begin at ``read``."""
