"""The installation's own signature: a key that nobody else reads, good for one text, one kind of text and one installation."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import BadData
from layers.signing import fingerprint, holds, known_key, place_of, public_key, sign


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    assert known_key(tmp_path) is None
    found: set[str] = set()
    makers = [threading.Thread(target=lambda: found.add(public_key(tmp_path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert found == {known_key(tmp_path)} and len(fingerprint(found.pop())) == 24
    path = place_of(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_seal_is_good_for_its_text_alone(tmp_path: Path) -> None:
    seal, other = sign(tmp_path / "a", "record", b"text"), sign(tmp_path / "b", "record", b"text")
    assert holds(seal, "record", b"text") and seal.public_key != other.public_key
    for wrong in (
        holds(seal, "record", b"texT"),
        holds(seal, "page", b"text"),
        holds(replace(seal, public_key=other.public_key), "record", b"text"),
        holds(replace(seal, signature=other.signature), "record", b"text"),
        holds(replace(seal, sha256=sign(tmp_path / "a", "record", b"x").sha256), "record", b"x"),
        holds(replace(seal, public_key="no key"), "record", b"text"),
    ):
        assert not wrong


def test_a_key_that_is_none_is_never_written_over(tmp_path: Path) -> None:
    place_of(tmp_path).parent.mkdir()
    place_of(tmp_path).write_text("damaged")
    for ask in (known_key, public_key):
        with pytest.raises(BadData, match="Ed25519"):
            ask(tmp_path)
    assert place_of(tmp_path).read_text() == "damaged"
