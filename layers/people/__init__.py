"""Who works with this city: offices and their abilities, accounts, sessions, tokens, and the audit of what was done."""
