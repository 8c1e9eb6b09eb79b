"""What is reached over the network: the running Candor, and the mail server."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import sqlalchemy as sa

from candor.doctor.clocks import apart
from candor.doctor.finding import Finding, ok, warning
from candor_common.provision import role_of
from candor_common.settings import Settings
from candor_notifier.channels.server import Server

MAIL = "check CANDOR_SMTP_URL and the mail server; messages wait for up to three days and go by themselves"
SENDER = "notifier"
THERE = f"ask it there: `docker compose exec {SENDER} candor doctor`, or `candor doctor` with its settings"
SECONDS = 5.0


async def running(known: Settings) -> Sequence[Finding]:
    """Whether Candor answers, and its clock; nothing when it does not."""
    import httpx  # noqa: PLC0415

    sent = datetime.now(UTC)
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.get(f"{known.public_url}/healthz")
    except httpx.HTTPError:
        return []
    found = [ok("answers", known.public_url)] if answer.is_success else []
    if answer.is_success and (told := answer.headers.get("date")):
        theirs = parsedate_to_datetime(told)
        found.append(apart("gateway clock", theirs, sent, datetime.now(UTC), grain=1.0))
    return found


async def mail(known: Settings) -> Sequence[Finding]:
    """Whether the mail server lets us in. No mail is sent."""
    if known.smtp_url is None:
        return [_without_server(known)]
    url, domain = known.smtp_url.get_secret_value(), known.mail_from.rpartition("@")[2]
    server = Server.of(url, domain)
    client = server.client()
    async with client:
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        encrypted = client.transport is not None and client.transport.get_extra_info("sslcontext") is not None
    how = f"{server.host} port {server.port}, {'TLS' if encrypted else 'in the clear'}"
    if server.username and not encrypted:
        return [warning("mail", f"{how}: the password can be read on the way", "use smtps:// or ?starttls=1")]
    return [ok("mail", f"{how}{', logged in' if server.username else ''}")]


def _without_server(known: Settings) -> Finding:
    if known.distributed and _user(known) != role_of(SENDER):
        return Finding(
            "mail", "ok", f"not looked at: only the {SENDER} knows whether there is a server", THERE
        )
    return ok("mail", "no server is set: mail stays in Candor's own mailbox")


def _user(known: Settings) -> str | None:
    """Whom the database knows us as: each service has a role of its own."""
    return sa.make_url(known.database_url.get_secret_value()).username if known.database_url else None
