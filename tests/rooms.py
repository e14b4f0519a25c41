"""Coming to the room of a joint survey: as an account, by a link, at its socket."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.houses import SAME
from tests.servers import Server

SITE = {"type": "Point", "coordinates": [114.35, 34.79]}


@contextmanager
def browser(server: Server, secret: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=SAME, cookies={"waixian": secret}) as one:
        yield one


def live(server: Server, room: dict[str, Any], secret: str, after: int = 0, origin: str | None = "") -> ClientConnection:
    url = f"{server.url.replace('http', 'ws')}/api/surveys/{room['id']}/live?after={after}"
    page = server.url if origin == "" else origin
    return connect(url, origin=page, additional_headers={"Cookie": f"waixian={secret}"}, proxy=None)  # type: ignore[arg-type]


def until(socket: ClientConnection, op: str, **wanted: Any) -> dict[str, Any]:
    """The next message of this kind that holds these values, within ten seconds."""
    end = time.monotonic() + 10
    while True:
        came: dict[str, Any] = json.loads(socket.recv(timeout=max(0.0, end - time.monotonic())))
        for said in came["items"] if came["op"] == "batch" else [came]:
            if said["op"] == op and all(said.get(name) == value for name, value in wanted.items()):
                found: dict[str, Any] = said
                return found


def say(socket: ClientConnection, op: str = "event", **said: Any) -> str:
    key = said.pop("client_id", str(uuid.uuid4()))
    whole = {"op": op, **said} | ({"client_id": key, "kind": said.get("kind", "note")} if op == "event" else {})
    socket.send(json.dumps(whole))
    return str(key)


def invited(server: Server, secret: str, room: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    with browser(server, secret) as lead:
        made = lead.post(f"/api/surveys/{room['id']}/links", json={"name": "施工员", **wanted})
    assert made.status_code == 201, made.text
    out: dict[str, Any] = made.json()
    return out


@contextmanager
def phone(server: Server, link: dict[str, Any], **said: Any) -> Iterator[httpx.Client]:
    """The browser of somebody who has opened a link."""
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=SAME) as one:
        opened = one.post("/api/guest/enter", json={"secret": link["secret"], **said})
        assert opened.status_code == 200, opened.text
        yield one


def guest_live(server: Server, guest: httpx.Client) -> ClientConnection:
    cookie = f"waixian_guest={guest.cookies['waixian_guest']}"
    url = f"{server.url.replace('http', 'ws')}/api/guest/live"
    return connect(url, origin=server.url, additional_headers={"Cookie": cookie}, proxy=None)  # type: ignore[arg-type]


def presence(socket: ClientConnection, *here: int) -> None:
    """Until the socket was told that these and no others are in the room."""
    until(socket, "presence", here=sorted(here))
