"""What somebody handed in, told by its bytes: photo, clip or voice; of a photo also where, when and whither it was taken.

Names and stated types are not believed. A photo is opened with the three decoders that cameras need and no other, below a
limit of pixels; HEIC is kept as it came and shown by nobody, since no decoder of it is among the libraries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

from geo.errors import UnreadableMedia

Kind = Literal["photo", "clip", "voice"]
MOST_PIXELS = 120_000_000
VIEW_PX, THUMB_PX = 1600, 320
_QUALITY = 82
_CHINA = timezone(timedelta(hours=8))
_OPENS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ENDINGS: Mapping[str, str] = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic", "video/mp4": ".mp4",
    "video/quicktime": ".mov", "video/webm": ".webm", "audio/webm": ".weba", "audio/ogg": ".ogg", "audio/mp4": ".m4a",
}  # fmt: skip
_TAKES: Mapping[Kind, tuple[str, ...]] = {
    "photo": ("image/jpeg", "image/png", "image/webp", "image/heic"),
    "clip": ("video/mp4", "video/quicktime", "video/webm"),
    "voice": ("audio/webm", "audio/ogg", "audio/mp4"),
}
_SAID: Mapping[Kind, tuple[str, str]] = {
    "photo": ("照片（JPEG、PNG、WebP、HEIC）", "a photo (JPEG, PNG, WebP, HEIC)"),
    "clip": ("视频（MP4、MOV、WebM）", "a video (MP4, MOV, WebM)"),
    "voice": ("录音（WebM、Ogg、M4A）", "a recording (WebM, Ogg, M4A)"),
}


@dataclass(frozen=True)
class Photo:
    """What a photo records: degrees (WGS 84), degrees from north, time; None where it does not say. ``assumed``: its clock names
    no zone and is taken as China's. ``width`` and ``height`` as it is looked at."""

    width: int
    height: int
    lon: float | None = None
    lat: float | None = None
    heading: float | None = None
    at: datetime | None = None
    assumed: bool = False


def type_of(head: bytes, kind: Kind) -> str:
    """The media type by the first bytes (64 are enough). Raises UnreadableMedia for what is not of this kind."""
    found = _type(head, kind)
    if found not in _TAKES[kind]:
        zh, en = _SAID[kind]
        raise UnreadableMedia(
            why_zh=f"文件的内容不是{zh}，扩展名不作数；请用手机相机或录音重新拍录",
            why_en=f"the file is not {en}, whatever its name says; take it again with the phone",
        )  # fmt: skip
    return found


def _type(head: bytes, kind: Kind) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "audio/webm" if kind == "voice" else "video/webm"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIC:
            return "image/heic"
        if brand == b"qt  ":
            return "video/quicktime"
        return "audio/mp4" if brand.startswith(b"M4A") or kind == "voice" else "video/mp4"
    return ""


def smaller(path: Path, media_type: str) -> tuple[Photo, dict[int, bytes]] | None:
    """What a photo records, and JPEGs of it (longest side → bytes) turned upright, without the record; None for HEIC.

    Raises UnreadableMedia for a photo that is damaged or has more than :data:`MOST_PIXELS`.
    """
    if media_type not in _OPENS:
        return None
    try:
        with Image.open(path, formats=[_OPENS[media_type]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _unreadable(
                    f"照片有 {image.width}×{image.height} 个像素，过大；请降低分辨率后重拍",
                    f"the photo has {image.width}×{image.height} pixels, too many: take it again at a lower resolution",
                )
            taken = _record(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, TypeError, KeyError) as error:
        raise _unreadable("照片已损坏，请重新拍摄", "the photo is damaged: take it again") from error
    return (
        Photo(upright.width, upright.height, *taken),
        {side: _jpeg(upright, side) for side in (VIEW_PX, THUMB_PX)},
    )


def _unreadable(zh: str, en: str) -> UnreadableMedia:
    return UnreadableMedia(why_zh=zh, why_en=en)


def _jpeg(image: Image.Image, side: int) -> bytes:
    small, out = image.copy(), BytesIO()
    small.thumbnail((side, side))
    small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _record(image: Image.Image) -> tuple[float | None, float | None, float | None, datetime | None, bool]:
    """Longitude, latitude, direction, time, and whether its zone was assumed. A record that makes no sense says nothing."""
    exif = image.getexif()
    gps, details = exif.get_ifd(IFD.GPSInfo), exif.get_ifd(IFD.Exif)
    lon = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef) == "W", 180)
    lat = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef) == "S", 90)
    if lon is None or lat is None:
        lon = lat = None
    at, assumed = _time(details.get(Base.DateTimeOriginal), details.get(Base.OffsetTimeOriginal))
    return lon, lat, _number(gps.get(GPS.GPSImgDirection), 360), at, assumed


def _degrees(parts: Any, negative: bool, most: float) -> float | None:
    try:
        value = sum(float(part) / 60**at for at, part in enumerate(parts))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return None if not 0 <= value <= most else -value if negative else value


def _number(value: Any, most: float) -> float | None:
    try:
        return float(value) if 0 <= float(value) <= most else None
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _time(stamp: Any, offset: Any) -> tuple[datetime | None, bool]:
    try:
        plain = datetime.strptime(str(stamp).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None, False
    try:
        return datetime.strptime(f"{plain.isoformat()}{str(offset).strip()}", "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC), False
    except ValueError:
        return plain.replace(tzinfo=_CHINA).astimezone(UTC), True
