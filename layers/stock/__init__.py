"""What the layers hold, for who keeps them: their deliveries, their quality, and what changed from one to the next."""
