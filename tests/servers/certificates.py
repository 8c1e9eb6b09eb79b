"""Certificates of an authority of one's own, in the forms that Kafka and PostgreSQL read."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

NAME = "localhost"
"""The one name that stands in the certificates; 127.0.0.1 does not."""


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: the authority to trust, another one that signed nothing here, a server's certificate and key."""

    authority: Path
    stranger: Path
    certificate: Path
    key: Path

    @property
    def both(self) -> bytes:
        return self.key.read_bytes() + self.certificate.read_bytes()


def certified(folder: Path) -> Certificates:
    """New ones, valid for `NAME` only."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("authority.pem", "stranger.pem", "server.pem", "server.key")
    made = Certificates(*(folder / name for name in names))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(made.authority)
    trustme.CA().cert_pem.write_to_path(made.stranger)
    issued = authority.issue_cert(NAME)
    made.certificate.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    # Kafka reads no other form of key than this.
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made
