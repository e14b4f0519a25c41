"""ICE servers of a survey's video: which ones the city has, and credentials for a relay that end by themselves."""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from geo.errors import BadInput

LASTS_S = 12 * 3600
_ADDRESS = re.compile(r"(stun|stuns|turn|turns):[0-9A-Za-z.\-\[\]:]+(\?transport=(udp|tcp))?")


@dataclass(frozen=True)
class Ice:
    """``servers``: as browsers take them (RTCIceServer). ``secret``: shared with coturn (``static-auth-secret``); empty where the
    servers carry credentials of their own. ``relay_only``: no direct way is tried."""

    servers: tuple[dict[str, Any], ...] = ()
    secret: str = ""
    relay_only: bool = False

    @classmethod
    def read(cls, text: str, secret: str = "", relay_only: bool = False) -> "Ice":
        """From a JSON list of RTCIceServer, or addresses between commas or blanks. Raises BadInput."""
        if not text.strip().startswith("["):
            listed: Any = [{"urls": one} for one in re.split(r"[\s,]+", text.strip()) if one]
        else:
            try:
                listed = json.loads(text)
            except ValueError:
                raise _wrong(text) from None
        servers = []
        for one in listed:
            given = {"urls": one} if isinstance(one, str) else one
            if not isinstance(given, dict) or not given.keys() <= {"urls", "username", "credential"}:
                raise _wrong(str(one))
            urls = given.get("urls")
            urls = [urls] if isinstance(urls, str) else urls
            if not isinstance(urls, list) or not urls:
                raise _wrong(str(one))
            for url in urls:
                if not isinstance(url, str) or not _ADDRESS.fullmatch(url):
                    raise _wrong(str(url))
            servers.append({**given, "urls": urls})
        made = cls(tuple(servers), secret, relay_only)
        made._check()
        return made

    def _check(self) -> None:
        relays = [one for one in self.servers if any(url.startswith("turn") for url in one["urls"])]
        if (self.secret or self.relay_only) and not relays:
            raise _wrong("WAIXIAN_TURN_SECRET / WAIXIAN_ICE_RELAY_ONLY")
        if not self.secret and not all(one.get("username") and one.get("credential") for one in relays):
            raise BadInput(
                why_zh="WAIXIAN_ICE 中的 turn: 地址需要 WAIXIAN_TURN_SECRET，或自带 username 与 credential",
                why_en="a turn: address in WAIXIAN_ICE needs WAIXIAN_TURN_SECRET, or a username and credential of its own",
            )

    def told(self, who: str, now_s: float) -> dict[str, Any]:
        """What one in the room is told; ``who`` stands in the relay's log."""
        servers = []
        for one in self.servers:
            if self.secret and "username" not in one and any(url.startswith("turn") for url in one["urls"]):
                name = f"{int(now_s) + LASTS_S}:{who}"
                code = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
                one = {**one, "username": name, "credential": base64.b64encode(code).decode()}
            servers.append(one)
        return {"servers": servers, "relay_only": self.relay_only}


def _wrong(what: str) -> BadInput:
    return BadInput(
        why_zh=f"WAIXIAN_ICE：{what} 不可用；应写作 turn:主机:3478，多个以逗号分开，或 RTCIceServer 的 JSON 列表",
        why_en=f"WAIXIAN_ICE: {what} cannot be used; write turn:host:3478, several between commas, or RTCIceServer as JSON",
    )
