"""The address that a server is to listen on, tried before anything is loaded for it."""

import errno
import socket
from contextlib import suppress

from geo.errors import BadInput, Conflict

NEXT = 100  # so many ports above the taken one are looked at for a free one
HIGHEST = 65535


def free(host: str, port: int) -> None:
    """Nothing, where a server could listen there now. Raises Conflict (taken, with a port that is not), BadInput."""
    if not 0 <= port <= HIGHEST:
        raise BadInput(
            why_zh=f"没有 {port} 号端口；请用 --port 1024 至 {HIGHEST}",
            why_en=f"there is no port {port}: --port 1024 to {HIGHEST}",
        )
    try:
        _listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = _another(host, port)
            raise Conflict(
                why_zh=f"端口 {port} 已被占用；请换一个，如 --port {other}",
                why_en=f"port {port} is taken: choose another, such as --port {other}",
            ) from None
        raise BadInput(
            why_zh=f"不能在 {host}:{port} 上提供服务（{error.strerror}）；请换 --host 或 --port",
            why_en=f"cannot listen on {host}:{port} ({error.strerror}): choose another --host or --port",
        ) from None


def _listen(host: str, port: int) -> None:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        door.bind(place)
        door.listen()


def _another(host: str, port: int) -> int:
    for other in range(port + 1, min(port + NEXT, HIGHEST)):
        with suppress(OSError):
            _listen(host, other)
            return other
    return 0  # the system then chooses one
