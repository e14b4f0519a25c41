"""A file on its way into a room: streamed to the disk below its limit, kept with its event, given out again."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from fastapi import Request

from api.deps import House
from api.errors import FileTooLarge
from layers.survey.media import Kind

LIMITS_BYTES: Mapping[Kind, int] = {"photo": 25 << 20, "clip": 60 << 20, "voice": 10 << 20}
MOST_BYTES = max(LIMITS_BYTES.values())
_CURES = {
    "photo": ("请在相机设置中降低分辨率后重拍", "take it again at a lower resolution"),
    "clip": ("请拍短一些，或降低分辨率", "make it shorter, or lower the resolution"),
    "voice": ("请录短一些", "make it shorter"),
}


def folder_of(house: House) -> Path:
    """Where the files of all surveys lie."""
    folder = house.settings.home / "surveys"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_file_of_survey(path: str) -> bool:
    """Is this the address to which files of a room are sent?"""
    return path == "/api/guest/files" or (path.startswith("/api/surveys/") and path.endswith("/files"))


async def received(request: Request, house: House, kind: Kind) -> Path:
    """The body as a file of ours, to be removed by who asked for it. Raises FileTooLarge with the limit and the cure."""
    seen = 0
    with tempfile.NamedTemporaryFile(dir=folder_of(house), prefix=".half-", delete=False) as target:
        path = Path(target.name)
        try:
            async for part in request.stream():
                seen += len(part)
                if seen > LIMITS_BYTES[kind]:
                    zh, en = _CURES[kind]
                    most = LIMITS_BYTES[kind] >> 20
                    raise FileTooLarge(why_zh=f"文件超过 {most} MB：{zh}", why_en=f"the file is larger than {most} MB: {en}")
                target.write(part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path
