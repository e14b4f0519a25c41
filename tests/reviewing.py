"""Somebody of an office at the desk of the review, as tests sit there."""

import httpx

from tests.houses import SAME
from tests.servers import Server


class Desk:
    """Somebody of a role at work."""

    def __init__(self, server: Server, role: str) -> None:
        self.web = httpx.Client(base_url=server.url, timeout=120, trust_env=False, headers=SAME)
        self.web.cookies.set("waixian", server.secret(role))
        self.name = self.web.get("/api/session").json()["person"]["name"]

    def queue(self, **asked: object) -> dict:
        """A page of the queue, long enough for the whole demo."""
        answer = self.web.get("/api/queue", params={"limit": 500, **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def item(self, route: int) -> dict:
        """One item of the queue."""
        answer = self.web.get(f"/api/queue/{route}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, route: int, what: str, **body: object) -> httpx.Response:
        """An act on an item."""
        return self.web.post(f"/api/queue/{route}/{what}", json=body or None)

    def decide(self, route: int, decision: str = "approve", **more: object) -> httpx.Response:
        """All of one's items, or those named, under one's own name."""
        return self.do(route, "decisions", **{"decision": decision, "signed_name": self.name, **more})
