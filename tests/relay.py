"""coturn of the distribution on loopback, as a city's relay is set up: a shared secret, credentials that end by themselves."""

import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

CONFIG = """listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port={port}
min-port=49160
max-port=49259
realm=waixian.test
use-auth-secret
static-auth-secret={secret}
allow-loopback-peers
no-tls
no-dtls
no-cli
pidfile={folder}/turn.pid
userdb={folder}/turn.db
log-file=stdout
simple-log
"""


@contextmanager
def relay(folder: Path) -> Iterator[tuple[str, str]]:
    """Its address as ``WAIXIAN_ICE`` takes it, and the secret."""
    program, port, secret = shutil.which("turnserver"), free_port(), secrets.token_hex(16)
    assert program is not None, "coturn is not installed: ./test.sh installs it"
    config = folder / "turn.conf"
    config.write_text(CONFIG.format(port=port, secret=secret, folder=folder), "utf-8")
    with (folder / "turn.log").open("wb") as log:
        running = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
        try:
            _wait(port)
            yield f"turn:127.0.0.1:{port}?transport=udp,turn:127.0.0.1:{port}?transport=tcp", secret
        finally:
            running.terminate()
            running.wait(20)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("coturn did not start")
