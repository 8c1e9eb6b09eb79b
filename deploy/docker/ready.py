"""The health check of the image: ends with 0 when the service in this container is ready.

It runs every few seconds, so it imports next to nothing, and it prints the answer, which `docker inspect` keeps.
"""

import os
import socket
import sys

SECONDS = 7
MOST_BYTES = 4096


def answer(port: int) -> bytes:
    """What `/readyz` says; nothing when nobody does."""
    found = b""
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while len(found) < MOST_BYTES and (part := connection.recv(MOST_BYTES)):
                found += part
    except OSError as error:
        sys.stderr.write(f"{error}\n")
    return found


def main() -> int:
    """The exit status."""
    head, _, body = answer(int(os.environ.get("CANDOR_PORT", "8080"))).partition(b"\r\n\r\n")
    sys.stdout.write(body.decode("utf-8", "replace"))
    return 0 if head.split(b" ", 2)[1:2] == [b"200"] else 1


if __name__ == "__main__":
    sys.exit(main())
