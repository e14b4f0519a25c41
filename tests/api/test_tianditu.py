"""Tianditu as a background: nothing of it without a key, its own host and no other with one."""

import pytest

from api.commands.serve import settings
from api.security import CSP, policy
from api.tianditu import NATIONAL, Tianditu
from app import house
from geo.errors import BadInput

KEY = "0123456789abcdef0123456789abcdef"


def test_without_a_key_nothing_is_asked_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAIXIAN_TIANDITU_KEY", raising=False)
    monkeypatch.setenv("WAIXIAN_TIANDITU_URL", "https://example.org")
    assert settings(house(), "postgresql://").tianditu is None
    assert policy() == CSP and "http" not in CSP


def test_a_key_of_the_environment_opens_one_host_for_pictures_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAIXIAN_TIANDITU_KEY", KEY)
    monkeypatch.setenv("WAIXIAN_TIANDITU_URL", "")
    found = settings(house(), "postgresql://").tianditu
    assert found is not None and found.address == NATIONAL
    parts = dict(part.split(" ", 1) for part in policy(found.origin).split("; "))
    assert {name for name, said in parts.items() if "http" in said} == {"img-src", "connect-src"}
    assert parts["connect-src"] == f"'self' {NATIONAL}"
    for sheet, (below, above) in zip(found.sheets(), (("img", "cia"), ("vec", "cva")), strict=True):
        assert [address.split("?")[0] for address in sheet["tiles"]] == [f"{NATIONAL}/{one}_w/wmts" for one in (below, above)]
        for address in sheet["tiles"]:
            assert address.endswith(f"TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={KEY}") and "TILEMATRIXSET=w" in address


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("short", NATIONAL),
        ("0123456789abcdef; script-src *", NATIONAL),
        (KEY, "http://t0.tianditu.gov.cn"),
        (KEY, "https://a.example; script-src *"),
        (KEY, "t0.tianditu.gov.cn"),
    ],
)
def test_what_can_be_no_key_or_address_stops_the_start(key: str, address: str) -> None:
    with pytest.raises(BadInput, match=r"天地图|https://|TIANDITU_"):
        Tianditu(key, address).check()


def test_a_stand_in_on_this_machine_may_speak_plainly() -> None:
    Tianditu(KEY, "http://127.0.0.1:8080").check()
