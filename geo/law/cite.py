"""What every part of a pack is made of: a model that refuses unknown keys, and the citation that each number needs."""

import datetime as dt

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, and refuses a key that it does not know: a misspelt key is a rule that silently vanishes."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Cite(Model):
    """Where a number or a rule is written: document key, clause, the words."""

    document: str
    clause: str = ""
    says: str = ""
    valid_from: dt.date | None = None
