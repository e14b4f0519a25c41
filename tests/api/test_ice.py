"""ICE servers as they are set: credentials that end, and settings that cannot work."""

import base64
import hashlib
import hmac

import pytest

from api.survey.ice import LASTS_S, Ice
from geo.errors import BadInput


def test_a_relay_gets_credentials_that_end() -> None:
    told = Ice.read("stun:a.test:3478, turn:a.test:3478?transport=tcp", "geheim", True).told("7", 1000.5)
    stun, turn = told["servers"]
    assert told["relay_only"] and stun == {"urls": ["stun:a.test:3478"]}
    assert turn["username"] == f"{1000 + LASTS_S}:7"
    known = hmac.new(b"geheim", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == known


def test_credentials_of_their_own_are_kept() -> None:
    own = '[{"urls": "turn:a.test", "username": "u", "credential": "c"}]'
    assert Ice.read(own, "geheim").told("7", 0)["servers"] == [{"urls": ["turn:a.test"], "username": "u", "credential": "c"}]


@pytest.mark.parametrize(
    ("text", "secret", "relay_only"),
    [
        ("http://a.test", "", False),
        ("turn:a.test", "", False),
        ("stun:a.test", "geheim", False),
        ("stun:a.test", "", True),
        ("[{", "", False),
        ("[3]", "", False),
    ],
)
def test_what_cannot_work_is_refused_with_the_cure(text: str, secret: str, relay_only: bool) -> None:
    with pytest.raises(BadInput, match="WAIXIAN_ICE"):
        Ice.read(text, secret, relay_only)
