"""``record``: is a record of a survey, JSON or page, what was signed, and by whom; the key with which this installation signs."""

import argparse
import re

from api.commands.house import House
from api.commands.terminal import say, summary_line
from api.survey.record_file import check
from geo.errors import BadInput, UnreadableFile
from layers.signing import ALGORITHM, fingerprint, known_key, public_key

KEY = re.compile(r"[0-9a-f]{64}")


def verify(house: House, asked: argparse.Namespace) -> int:
    """0: whole, and signed by the key that was named or by this installation; 1: changed, by another key, or by one that nobody
    here knows. Raises UnreadableFile for what is no record, BadInput for a key that is none."""
    expected = asked.key.lower() or known_key(house.place)
    if expected and not KEY.fullmatch(expected):
        raise BadInput(
            why_zh="--key：公钥为 64 位十六进制数（见签名方的 /api/records/key）",
            why_en="--key: a public key has 64 hexadecimal digits (/api/records/key of who signed)",
        )
    try:
        content = asked.file.read_bytes()
    except OSError as error:
        raise UnreadableFile(file=asked.file.name, why_zh=f"{error.strerror}", why_en=f"{error.strerror}") from error
    found = check(content, asked.file.name, expected)
    signer = fingerprint(found.seal.public_key)
    if not found.whole:
        say("✗ 记录已被改动，或签名不符 / changed since it was signed, or the signature does not fit")
    elif found.ours is None:
        say(
            f"? 记录完整，由 {signer} 签名；本机不认识该公钥，请以 --key 给出要核对的公钥"
            " / whole, signed by a key unknown here: give --key"
        )
    elif not found.ours:
        say(f"✗ 记录完整，但由另一公钥签名：{signer} / whole, but signed by another key")
    else:
        say(f"✓ 记录完整，签名有效：{signer} / whole, signed by {signer}")
    summary_line(
        {"whole": found.whole, "signer_known": found.ours, "sha256": found.seal.sha256, "public_key": found.seal.public_key}
    )
    return 0 if found.whole and found.ours else 1


def key(house: House, asked: argparse.Namespace) -> int:
    """The public key of this installation, made if need be: what others check its records with."""
    own = public_key(house.place)
    say(f"{ALGORITHM} {fingerprint(own)}")
    summary_line({"algorithm": ALGORITHM, "public_key": own})
    return 0
