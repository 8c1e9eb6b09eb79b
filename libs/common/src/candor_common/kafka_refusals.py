"""Why brokers don't let us in, in one line. The client itself says only that none of them could be reached."""

from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from candor_common.kafka_client import KafkaSettings
from candor_common.refusals import untrusted
from candor_common.settings import SettingsError

_NO_RIGHT = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError)
_TRUST = "name the file of its authority with CANDOR_KAFKA_SSL_CAFILE"


async def look_at(settings: KafkaSettings, error: KafkaError) -> None:
    """Raises SettingsError when waiting would not help: the brokers are there, and a setting of ours is wrong."""
    if isinstance(error, _NO_RIGHT):
        raise SettingsError(
            f"CANDOR_KAFKA_SASL_USERNAME: {settings.sasl_username or 'this client'} lacks a right on the brokers "
            f"({type(error).__name__}: {error}); grant it, or make the topics beforehand"
        )
    if isinstance(error, KafkaConnectionError) and (refusal := await why_not(settings)):
        raise SettingsError(refusal)


async def why_not(settings: KafkaSettings) -> str | None:
    """What the first broker says that is there and refuses us; None when one lets us in, or none is there."""
    refusals = []
    options = settings.client_options()
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
        try:
            connection = await create_conn(host, port, **options)
        except (OSError, KafkaError, TimeoutError) as error:
            refusals += [_said(error, f"{host}:{port}", settings)]
        else:
            connection.close()
            return None
    return next(filter(None, refusals), None)


def _said(error: BaseException, broker: str, settings: KafkaSettings) -> str | None:
    if wrong := untrusted(error, broker, _TRUST):
        setting = "BOOTSTRAP" if "another host" in wrong else "SSL_CAFILE"
        return f"CANDOR_KAFKA_{setting}: {wrong}"
    kinds: dict[Any, str] = {
        SaslAuthenticationFailed: f"SASL_PASSWORD: {broker} refuses this password for {settings.sasl_username}",
        UnsupportedSaslMechanismError: f"SASL_MECHANISM: {broker} does not know {settings.sasl_mechanism}",
        IllegalSaslStateError: f"SECURITY_PROTOCOL: {broker} wants no login on this port",
    }
    said = next((text for kind, text in kinds.items() if isinstance(error, kind)), None)
    return f"CANDOR_KAFKA_{said} ({' '.join(str(error).split())[:200]})" if said else None
