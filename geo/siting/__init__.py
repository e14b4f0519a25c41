"""A site asked of the city: nearest mains, what lies around it, lines along roads to the mains, heights."""
