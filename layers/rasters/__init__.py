"""Pictures of the ground: taken in by a child process, stored as COG, cut into tiles. Begin at ``store``."""
