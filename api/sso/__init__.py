"""Single sign-on by OpenID Connect: what the provider is told, what it says, and how that is checked."""
