"""Who may see what in the database: one scope a visitor, one door through which what is not everybody's is read."""
