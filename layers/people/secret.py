"""Passwords and the secrets of sessions and tokens. Of neither is more kept than what proves it."""

import hashlib
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import BadInput

LEAST, MOST = 10, 200
# letters and digits that nobody takes for one another on a screen or a slip of paper
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Argon2id with the library's parameters (RFC 9106, low memory); a hash says with which it was made."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hasher().hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """A password as it is kept. Raises BadInput where it is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise BadInput(
            why_zh=f"密码应为 {LEAST} 到 {MOST} 个字符；几个不相干的词连起来既好记又够长",
            why_en=f"a password has {LEAST} to {MOST} characters; a few unrelated words are easy to remember and long enough",
        )
    return hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Is this the password? Without a kept one it takes as long and is no: the time tells nobody which logins there are."""
    try:
        return hasher().verify(kept or _nobodys(), password[:MOST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def once() -> str:
    """A password to be given to somebody and changed by them: 16 signs, 79 bits."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def secret() -> str:
    """A secret of 256 bits, for a cookie or a token."""
    return secrets.token_urlsafe(32)


def digest(given: str) -> str:
    """What is kept of such a secret: it has bits enough that a plain hash cannot be turned round."""
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
