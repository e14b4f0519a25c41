"""Photos as phones make them: a picture, and the record of where, when and whither."""

import uuid
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

AT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


def photo(size: tuple[int, int] = (640, 480), turn: int = 1, gps: bool = True, kind: str = "JPEG", **details: str) -> bytes:
    """A picture of noise with the record of a phone."""
    image = Image.fromarray(np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[Base.Orientation] = turn
    exif.get_ifd(IFD.Exif).update({getattr(Base, name): value for name, value in details.items()})
    if gps:
        exif.get_ifd(IFD.GPSInfo).update({
            GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (34.0, 47.0, 24.0), GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (114.0, 18.0, 36.0), GPS.GPSImgDirection: 350.0,
        })  # fmt: skip
    out = BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def written(folder: Path, content: bytes) -> Path:
    path = folder / uuid.uuid4().hex
    path.write_bytes(content)
    return path
