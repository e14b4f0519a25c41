"""Tiles that were made lately, kept in memory: at most so many bytes, the longest unused leave first."""

from collections import OrderedDict
from threading import Lock

Key = tuple[str, str, int, int, int]  # layer, its version, zoom, x, y


class TileStore:
    """Bytes by key, bounded. A new delivery changes the version in the key, so an old tile is never found again."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit = limit_bytes
        self._tiles: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key) -> bytes | None:
        """The tile, or None if it was never kept or had to go."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
            return self._tiles.get(key)

    def put(self, key: Key, tile: bytes) -> None:
        """Keep a tile; one that is larger than an eighth of the store is not worth what it would push out."""
        if len(tile) > self.limit // 8:
            return
        with self._lock:
            self._bytes += len(tile) - len(self._tiles.pop(key, b""))
            self._tiles[key] = tile
            while self._bytes > self.limit:
                _, gone = self._tiles.popitem(last=False)
                self._bytes -= len(gone)
