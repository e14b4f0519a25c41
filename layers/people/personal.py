"""Personal data: which stored fields are of persons, how each is shown to who may not see it whole, and what the audit keeps.

Numbers are masked to the same length (``138****5678``, ``410***********123X``), so that a file or a tile stays what it is.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["name", "contact", "text", "address"]
ABILITY = "see_people"


@dataclass(frozen=True)
class Field:
    """A stored field of persons. ``key``: under which it leaves the server ("" = it never does)."""

    table: str
    column: str
    kind: Kind
    key: str = ""


FIELDS = (
    Field("people", "name", "name"),  # of an account: a person at work, shown to who manages accounts
    Field("sessions", "address", "address"),
    Field("sessions", "agent", "text"),
    Field("sign_in_tries", "key", "text"),
    Field("sso_tries", "address", "address"),
    Field("invitations", "answered_by", "name", "answered_by"),
    Field("invitations", "reason", "text", "reason"),
    Field("quiet_plans", "contact", "contact", "contact"),
    Field("quiet_plans", "note", "text", "note"),
    Field("routes", "raw", "text"),
    Field("owner_sheets", "signed_name", "name"),  # who signs for an office or an owner stands under what was signed
    Field("proposal_decisions", "signed_name", "name"),
)
_KEYS: Mapping[str, Kind] = {one.key: one.kind for one in FIELDS if one.key}

# Not part of a longer word or number, nor a number of JSON: hashes, tokens and ids stay what they are.
_BEFORE, _AFTER = r'(?<![0-9A-Za-z._-])(?<!":)', r"(?![0-9A-Za-z_-]|\.[0-9])"
_MOBILE = _BEFORE + r"(1[3-9][0-9])([ -]?)[0-9]{4}([ -]?)([0-9]{4})" + _AFTER
_DAY = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_IDENTITY = _BEFORE + r"([1-9][0-9]{2})[0-9]{3}" + _DAY + r"([0-9]{3}[0-9Xx])" + _AFTER
_MAIL = re.compile(r"([0-9A-Za-z])[0-9A-Za-z._%+-]*(@[0-9A-Za-z.-]+\.[A-Za-z]{2,})")
_RULES = ((_IDENTITY, r"\g<1>***********\g<2>"), (_MOBILE, r"\g<1>\g<2>****\g<3>\g<4>"))
_TEXT = [(re.compile(rule), shown) for rule, shown in _RULES]
_BYTES = [(re.compile(rule.encode()), shown.encode()) for rule, shown in _RULES]
_DIGITS = re.compile(r"(?<![0-9*])[0-9](?:-?[0-9]){4,}[Xx]?(?!\*)")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def masked_text(text: str) -> str:
    """Phone and ID numbers and addresses of mail in a text, masked; the rest as it is."""
    for rule, shown in _TEXT:
        text = rule.sub(shown, text)
    return _MAIL.sub(r"\1***\2", text)


def masked_bytes(body: bytes) -> bytes:
    """Phone and ID numbers in anything that holds texts in UTF-8, masked; as long as before."""
    for rule, shown in _BYTES:
        body = rule.sub(shown, body)
    return body


def masked_name(name: str) -> str:
    """The first sign of a name: 李*, 欧***."""
    name = name.strip()
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def masked_contact(text: str) -> str:
    """Who to ask and how: of each name the first sign, of each number the first three and the last two."""
    text = masked_text(text)
    text = _DIGITS.sub(lambda met: met.group()[:3] + "*" * max(len(met.group()) - 5, 1) + met.group()[-2:], text)
    return _HAN.sub(lambda met: met.group()[0] + "*" * (len(met.group()) - 1), text)


def masked_address(address: str) -> str:
    """The network that somebody came from: inside an office's network the whole address, else what many share (/24, /48)."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address if address == "worker" or address.startswith("console:") else ""
    if given.is_private or given.is_loopback:
        return address
    return str(ipaddress.ip_network(f"{given}/{24 if given.version == 4 else 48}", strict=False))


def masked_login(login: str) -> str:
    """What a stranger typed as a login: it may be a number, a name, or a password in the wrong place."""
    return f"{login[:2]}***" if login else ""


def is_number(text: str) -> bool:
    """Is this the phone or the ID number of somebody?"""
    return masked_text(text) != text


_MASK = {"name": masked_name, "contact": masked_contact, "text": masked_text, "address": masked_address}


def masked_json(body: bytes) -> bytes:
    """A JSON answer with every field of persons masked, under whatever object it stands, and every number in its texts."""
    if any(f'"{key}"'.encode() in body for key in _KEYS):
        body = json.dumps(_walk(json.loads(body)), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return masked_bytes(body)


def _walk(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shown(key, one) for key, one in value.items()}
    return [_walk(one) for one in value] if isinstance(value, list) else value


def _shown(key: str, value: Any) -> Any:
    return _MASK[_KEYS[key]](value) if key in _KEYS and isinstance(value, str) else _walk(value)
