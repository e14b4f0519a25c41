"""The signature of this installation: an Ed25519 key in its folder, made when it is first needed and never sent anywhere."""

import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from geo.errors import BadData

ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class Seal:
    """What proves a text, all hexadecimal: its SHA-256, who signed (32 bytes), the signature (64 bytes)."""

    sha256: str
    public_key: str
    signature: str


def place_of(home: Path) -> Path:
    """Where the private key of the installation lies."""
    return home / "keys" / "records.pem"


def known_key(home: Path) -> str | None:
    """The public key of this installation, None where nothing was ever signed here. Raises BadData."""
    return _public(_read(place_of(home))) if place_of(home).is_file() else None


def public_key(home: Path) -> str:
    """The public key of this installation, made if need be. Raises BadData."""
    return _public(_own(home))


def sign(home: Path, purpose: str, content: bytes) -> Seal:
    """The seal of ``content``; ``purpose``: what kind of text it is, so that no seal is good for another kind. Raises BadData."""
    key = _own(home)
    return Seal(hashlib.sha256(content).hexdigest(), _public(key), key.sign(_signed(purpose, content)).hex())


def holds(seal: Seal, purpose: str, content: bytes) -> bool:
    """Is this the text that was sealed, to the byte, and was it sealed by the key that the seal names?"""
    if hashlib.sha256(content).hexdigest() != seal.sha256:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key))
        key.verify(bytes.fromhex(seal.signature), _signed(purpose, content))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """A public key short enough to be read aloud: the first 10 bytes of its SHA-256, in fours."""
    short = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:20].upper()
    return " ".join(short[at : at + 4] for at in range(0, 20, 4))


def _signed(purpose: str, content: bytes) -> bytes:
    return purpose.encode() + b"\n" + content


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _own(home: Path) -> Ed25519PrivateKey:
    path = place_of(home)
    if not path.is_file():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Whole or not at all, readable by its owner alone; of two processes that make one, the first stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink(missing_ok=True)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadData(
            file=path.name, where="PEM", why_zh="不是 Ed25519 私钥；请从备份恢复，或移走它以另生成一把（旧记录仍由旧公钥验证）",
            why_en="no private key of Ed25519; restore it, or move it away so that a new one is made"
            " (older records are checked by the older public key)",
        )  # fmt: skip
    return key
