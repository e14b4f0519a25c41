"""What is handed in: known by its bytes, looked at below its limits, compared with what the phone said."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from geo.errors import UnreadableMedia
from layers.survey import media
from layers.survey.files import Handed, compared
from layers.survey.media import Photo, smaller, type_of
from tests.photos import AT, photo, written


def looked(path: Path) -> tuple[Photo, dict[int, bytes]]:
    found = smaller(path, "image/jpeg")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("head", "kind", "media_type"),
    [
        (photo()[:64], "photo", "image/jpeg"),
        (photo(kind="PNG")[:64], "photo", "image/png"),
        (photo(kind="WEBP")[:64], "photo", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "photo", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "clip", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "clip", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9f", "clip", "video/webm"),
        (b"\x1aE\xdf\xa3\x9f", "voice", "audio/webm"),
        (b"OggS\0", "voice", "audio/ogg"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "voice", "audio/mp4"),
    ],
)
def test_a_file_is_what_its_bytes_are(head: bytes, kind: media.Kind, media_type: str) -> None:
    assert type_of(head, kind) == media_type


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"MZ\x90\0", "photo"), (b"<svg xmlns=", "photo"), (b"GIF89a", "photo"), (b"%PDF-1.7", "photo"), (b"", "photo"),
        (b"\xff\xd8\xff\xe0", "clip"), (b"\0\0\0\x18ftypisom", "photo"), (b"\0\0\0\x18ftypheic", "clip"), (b"<html>", "voice"),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused_with_the_kinds_that_are_taken(head: bytes, kind: media.Kind) -> None:
    with pytest.raises(UnreadableMedia, match=r"扩展名不作数|whatever its name"):
        type_of(head, kind)


def test_a_photo_is_turned_upright_made_small_and_keeps_its_record_to_itself(tmp_path: Path) -> None:
    told, copies = looked(written(tmp_path, photo((3000, 2000), turn=6, DateTimeOriginal="2026:11:23 12:30:05")))
    assert (told.width, told.height) == (2000, 3000)
    assert (told.lon, told.lat, told.heading) == pytest.approx((114.31, 34.79, 350))
    assert told.at == AT + timedelta(seconds=5) and told.assumed
    for side, content in copies.items():
        with Image.open(BytesIO(content)) as image:
            assert max(image.size) == side and image.size[1] > image.size[0]
            assert not dict(image.getexif())


def test_a_clock_with_a_zone_is_believed_and_nonsense_says_nothing(tmp_path: Path) -> None:
    zoned, _ = looked(written(tmp_path, photo(DateTimeOriginal="2026:11:23 13:30:00", OffsetTimeOriginal="+09:00")))
    assert zoned.at == AT and not zoned.assumed
    odd, _ = looked(written(tmp_path, photo(gps=False, DateTimeOriginal="0000:00:00 00:00:00")))
    assert (odd.lon, odd.lat, odd.heading, odd.at) == (None, None, None, None)
    assert smaller(written(tmp_path, b"anything"), "image/heic") is None


@pytest.mark.parametrize("content", [photo()[:500], b"\xff\xd8\xff" + bytes(200), b""])
def test_a_damaged_photo_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableMedia, match="damaged"):
        smaller(written(tmp_path, content), "image/jpeg")


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, photo((640, 480)))
    monkeypatch.setattr(media, "MOST_PIXELS", 640 * 480)
    assert smaller(path, "image/jpeg")
    monkeypatch.setattr(media, "MOST_PIXELS", 640 * 480 - 1)
    with pytest.raises(UnreadableMedia, match="640×480"):
        smaller(path, "image/jpeg")


def test_how_far_the_photo_is_from_what_the_phone_said() -> None:
    said = Handed("photo", "x", (114.31, 34.80), heading=10.0, device_at=AT)
    told = compared(Photo(1, 1, 114.31, 34.79, 350.0, AT + timedelta(seconds=90)), said)
    assert told["apart_m"] == pytest.approx(1109.4, abs=1) and (told["apart_s"], told["apart_deg"]) == (90.0, 20.0)
    silent = compared(Photo(1, 1), said)
    assert (silent["apart_m"], silent["apart_s"], silent["apart_deg"]) == (None, None, None)
