"""`python -m tests.servers kafka | postgres | fetch`: a real server in the foreground, or only what it needs."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.servers.kafka import KafkaServer, fetch_kafka
from tests.servers.postgres import PostgresServer

KAFKA_PORT = 9092
POSTGRES_PORT = 55432


def main(wanted: str) -> None:
    if wanted == "fetch":
        fetch_kafka()
        return
    with tempfile.TemporaryDirectory(prefix=f"candor-{wanted}-") as place:
        Path(place).chmod(0o711)
        _serve(wanted, Path(place))


def _serve(wanted: str, place: Path) -> None:
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    server = _server(wanted, place)
    server.start()
    try:
        at = server.bootstrap if isinstance(server, KafkaServer) else server.url()
        sys.stdout.write(f"{wanted} listens at {at}; Ctrl-C ends it, and its data are gone then\n")
        sys.stdout.flush()
        signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    finally:
        if server.controllable:
            server.stop()


def _server(wanted: str, place: Path) -> KafkaServer | PostgresServer:
    if wanted == "kafka":
        return KafkaServer(place, port=KAFKA_PORT)
    if wanted == "postgres":
        return PostgresServer(place, port=POSTGRES_PORT)
    raise SystemExit("which server? kafka or postgres")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
