"""Joint surveys: the room of one site, who takes part, and its journal."""
