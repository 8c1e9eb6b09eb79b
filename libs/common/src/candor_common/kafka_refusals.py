"""Why brokers don't let us in, in one line. The client itself says only that none of them could be reached."""

import asyncio
import ssl
from collections.abc import Awaitable
from typing import Any

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from candor_common.kafka_client import HANGING_UP, KafkaSettings, within
from candor_common.refusals import untrusted
from candor_common.settings import SettingsError

_NO_RIGHT = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError)
_PROBE_MS = 2000
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
            await _log_in(host, port, **options)
            return None
        except (OSError, KafkaError, TimeoutError) as error:
            said = _said(error, f"{host}:{port}", settings)
            refusals += [said or await _of_encryption(host, port, settings)]
    return next(filter(None, refusals), None)


async def _log_in(host: str, port: int, **options: Any) -> None:
    """And hang up. What aiokafka closes without waiting would outlive the loop of a command that ends now."""
    connection = AIOKafkaConnection(host, port, **options)
    try:
        await connection.connect()
    finally:
        if connection._protocol is not None:
            await within(HANGING_UP, connection.close())


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


async def _of_encryption(host: str, port: int, settings: KafkaSettings) -> str | None:
    """Told by trying the other way: who hears TLS where none is spoken, or the reverse, hangs up without a word."""
    setting = f"CANDOR_KAFKA_SECURITY_PROTOCOL: {host}:{port}"
    if settings.security_protocol.endswith("SSL"):
        plain = await _answers(_log_in(host, port, request_timeout_ms=_PROBE_MS))
        return f"{setting} speaks no TLS; name another port, or the protocol without SSL" if plain else None
    tls = await _answers(_shake_hands(host, port))
    return f"{setting} speaks TLS; set SSL, or SASL_SSL with a login" if tls else None


async def _answers(asked: Awaitable[None]) -> bool:
    try:
        await asked
    except (OSError, KafkaError, TimeoutError):
        return False
    return True


async def _shake_hands(host: str, port: int) -> None:
    """Only to learn what is spoken: nothing is said to a server that nobody has checked."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(_PROBE_MS / 1000):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    writer.close()
    await within(HANGING_UP, writer.wait_closed())
