"""What crosses the wire: JSON that any reader understands, and texts that any database can keep."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from starlette.responses import Response


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: NaN and infinities become null, dates ISO text, paths their last name."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, (datetime, date)):
        return None if value != value else value.isoformat()  # NaT is a datetime that differs from itself
    if isinstance(value, Path):
        return value.name
    return None if value is pd.NA else str(value)


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON of :func:`plain` ``value``."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


class Json(Response):
    """A JSON answer; what a model describes in OpenAPI is written here as it is, without a second validation."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return dumps(content)


def storable(text: str) -> bool:
    """Whether a text has a UTF-8 form and no NUL: lone surrogates and NUL reach no database and no file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
