"""Links that work without a login, for customers: signed, for one purpose, and for a while."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from candor_common.clock import Clock, SystemClock
from candor_common.errors import NotFound
from candor_common.keys import read_private, write_private
from candor_common.settings import Settings, SettingsError

INCIDENT = "incident"
"""What a link to a customer's own page is signed for."""
CUSTOMER_LINK_AGE = timedelta(days=90)
"""For how long a customer's page can be opened from one message; the next one brings a fresh link."""


class BadLink(NotFound):
    title, type = "No such link", "bad-link"


class ExpiredLink(BadLink):
    status, title, type = 410, "The link has expired", "expired-link"


class Signer:
    """Makes and checks the tokens in links that work without a login. A token for one purpose fits no other."""

    def __init__(self, secret: str, clock: Clock | None = None) -> None:
        if len(secret) < 32:
            raise ValueError("a secret of 32 characters or more is needed to sign links")
        self._secret, self._clock = secret, clock or SystemClock()

    def sign(self, purpose: str, value: str) -> str:
        """A token that carries the value, readable by anybody and unchangeable; safe within a URL."""
        return str(self._serializer(purpose).dumps([int(self._clock.now().timestamp()), value]))

    def verify(self, purpose: str, token: str, max_age: timedelta) -> str:
        """The value in a token. Raises BadLink, or ExpiredLink when it was signed longer than `max_age` ago."""
        try:
            seconds, value = self._serializer(purpose).loads(token)
        except BadData as error:
            raise BadLink("This link is not complete; open it from the message once more.") from error
        if self._clock.now() - datetime.fromtimestamp(seconds, UTC) > max_age:
            raise ExpiredLink("This link has expired; answer the message to reach us.")
        return str(value)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        options = {"digest_method": sha256, "key_derivation": "hmac"}
        return URLSafeSerializer(self._secret, salt=f"candor.{purpose}", signer_kwargs=options)


def customer_link(signer: Signer, public_url: str, incident_id: str) -> str:
    """The address of the page on which a customer follows their incident, without a login, for 90 days.

    Whoever has it can read what we wrote to this customer and answer for them, so it goes to nobody else.
    """
    return f"{public_url}/c/{signer.sign(INCIDENT, incident_id)}"


def signing_key(settings: Settings) -> str:
    """The secret that links are signed with: the one that is set, or else one that is made once and kept in
    `data_dir`. Raises SettingsError in the distributed mode when none is set, for all processes must share it."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value()
    if settings.distributed:
        need = Settings.model_fields["signing_key"].description
        raise SettingsError(f"CANDOR_SIGNING_KEY: all processes must share one; set it to {need}")
    path = settings.data_dir / "signing.key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32), once=True)
    if len(found := read_private(path) or "") < 32:
        raise SettingsError(
            f"CANDOR_DATA_DIR: {path} holds no signing key; restore it, or remove it for a new one"
        )
    return found
