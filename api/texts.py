"""Words that came in an address, before anything else sees them."""

from api.errors import BadRequest
from api.wire import storable


def words_of_query(name: str, text: str | None) -> str | None:
    """The trimmed words, None where there are none. Raises :class:`BadRequest` for what no database can hold."""
    if text is None or not text.strip():
        return None
    return words_of_path(name, text).strip()


def words_of_path(name: str, text: str) -> str:
    """The words as they are. Raises :class:`BadRequest` for what no database can hold."""
    if not storable(text):
        raise BadRequest(why_zh=f"{name} 含有无效字符", why_en=f"{name} holds invalid characters")
    return text
