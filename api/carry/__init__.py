"""Maps to carry away: one file with everything inside, for the phone on the spot."""
