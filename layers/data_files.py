"""Calendars and standards from data/: YAML read as strictly as a pack, into a model that refuses a key it does not know."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from geo.errors import BadData, BadPack
from geo.law.pack import Model
from layers.packs.read import read_yaml

T = TypeVar("T", bound=Model)


def read_model(path: str | Path, model: type[T]) -> T:
    """One YAML file as a value of ``model``. Raises :class:`BadData` with the file and the place in it."""
    path = Path(path)
    try:
        return model.model_validate(read_yaml(path))
    except BadPack as error:
        raise BadData(file=path.name, where="YAML", why_zh=error.context["why_zh"], why_en=error.context["why_en"]) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "—"
        raise BadData(file=path.name, where=where, why_zh=first["msg"], why_en=first["msg"]) from error
