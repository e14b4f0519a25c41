"""The room of a joint survey over HTTP and WebSocket."""
