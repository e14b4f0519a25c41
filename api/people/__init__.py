"""People over HTTP: what is asked of accounts, sessions and tokens, and how they are shown."""
