"""A Kafka as a provider has it: TLS, a login by password in two ways, and rights for each user."""

import time
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from candor_common.kafka_client import KafkaSettings
from tests.servers.certificates import NAME, Certificates
from tests.servers.kafka import KafkaServer
from tests.servers.process import LOOPBACK, ServerFailed, free_port

PASSWORD = "not-secret"
OPERATOR = "operator"
"""Who may do everything."""
PLAIN = (OPERATOR, "notifier")
"""Who logs in with PLAIN; all others do with SCRAM-SHA-512."""
EITHER = "subscriber"
"""Who may choose."""
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


class SecureKafka(KafkaServer):
    """Its clients come by `secure`. What `KafkaServer` listens on is for the broker and for setting it up only."""

    def __init__(self, directory: Path, certificates: Certificates) -> None:
        super().__init__(directory)
        self.secure_port = free_port()
        self.certificates = certificates
        directory.mkdir(parents=True, exist_ok=True)
        store = directory.absolute() / "keystore.pem"
        store.write_bytes(certificates.both)
        inside, outside = f"PLAINTEXT://{LOOPBACK}:{self.port}", f"SASL_SSL://{NAME}:{self.secure_port}"
        listener = "listener.name.sasl_ssl"
        self._more = {
            "listeners": f"{inside},{outside},CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"{inside},{outside}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            f"{listener}.ssl.keystore.type": "PEM",
            f"{listener}.ssl.keystore.location": store,
            f"{listener}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            f"{listener}.plain.sasl.jaas.config": f"{_PLAIN} required {_plain_users()};",
            f"{listener}.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{OPERATOR}",
        }

    @property
    def secure(self) -> str:
        return f"{NAME}:{self.secure_port}"

    def settings(self, user: str) -> KafkaSettings:
        """How a client of Candor's comes in."""
        return KafkaSettings(
            self.secure,
            "SASL_SSL",
            sasl_mechanism=mechanism_of(user),
            sasl_username=user,
            sasl_password=PASSWORD,
            ssl_cafile=str(self.certificates.authority),
        )

    def add_users(self, *names: str, within: float = 30.0) -> None:
        """Let these log in; what they may do is another matter."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        wanted: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(one, info, PASSWORD.encode()) for one in names
        ]
        for done in admin.alter_user_scram_credentials(wanted, request_timeout=within).values():
            done.result()
        deadline = time.monotonic() + within
        while not _known(admin, names):
            if time.monotonic() > deadline:
                raise ServerFailed(f"the users {names} are not there")
            time.sleep(0.05)


def mechanism_of(user: str) -> str:
    """How somebody logs in."""
    return "PLAIN" if user in PLAIN else "SCRAM-SHA-512"


def _plain_users() -> str:
    return " ".join(f'user_{name}="{PASSWORD}"' for name in (*PLAIN, EITHER))


def _known(admin: AdminClient, names: tuple[str, ...]) -> bool:
    try:
        known: Any = admin.describe_user_scram_credentials(list(names))
        return all(one.result() for one in known.values())
    except KafkaException:
        return False
