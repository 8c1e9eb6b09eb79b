"""Text messages over Twilio's REST interface, or anything that speaks it."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from candor_common.clock import Clock
from candor_notifier.channels import Outcome, Passing, Permanent, Rendered, Sent
from candor_notifier.channels.http import Answer, BadUrl, Http, NotAllowed, Unreachable
from candor_notifier.domain.short import short

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_FOR_GOOD = {
    21211: "the number is not valid",
    21214: "the number can't be reached",
    21217: "the number is not valid",
    21265: "the number is a short code",
    21266: "the number is the one that we send from",
    21408: "the account may not write to this country",
    21421: "the number is not valid",
    21604: "there is no number",
    21610: "the recipient has opted out",
    21612: "no way leads from our number to this one",
    21614: "the number is no mobile one",
    21617: "the text is too long",
    21635: "the number is a landline",
}
"""What is said of the recipient or of the text."""
_OF_ACCOUNT = frozenset({10001, 20003, 20005, 30002})
"""It is suspended, or our login is wrong."""
_OF_SENDER = frozenset(
    {21210, 21212, 21401, 21601, 21603, 21606, 21607, 21608, 21659, 21660, 21661, 21703, 21705, 30032, 30034}
)
"""The number or service that we send from is not ours, can't send, or is not registered for it yet."""
_OURS = _OF_ACCOUNT | _OF_SENDER
"""For the operator to mend, and no fault of the message."""
_SLOWER = frozenset({20429, 21611, 30001})
"""Too many calls at once, or more messages in line than there is room for."""
_MAINTENANCE = 21730


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """Where text messages are handed over, as `CANDOR_SMS_URL` names it."""

    url: str
    user: str
    token: str = field(repr=False)
    sender: str
    """A number in international form, or the id of a messaging service."""

    @classmethod
    def of(cls, url: str) -> Self:
        """From a URL that the settings have checked: `twilio://SID:TOKEN@host?from=+1…`."""
        parts = urlsplit(url)
        scheme = "http" if parts.scheme == "twilio+http" else "https"
        user = unquote(parts.username or "")
        # Not as a form is read, in which a plus is a blank.
        sender = unquote(parts.query.removeprefix("from="))
        path = f"/2010-04-01/Accounts/{quote(user, safe='')}/Messages.json"
        where = parts.netloc.rpartition("@")[2]
        return cls(f"{scheme}://{where}{path}", user, unquote(parts.password or ""), sender)


def _nowhere(_message_id: str) -> None:
    return None


class SmsChannel:
    """Sends the short form of a message. The interface knows no key for repetitions: an attempt whose answer was lost
    may have arrived, and is made again."""

    def __init__(
        self, http: Http, account: SmsAccount, clock: Clock, heard_at: Callable[[str], str | None] = _nowhere
    ) -> None:
        """`heard_at` gives the address at which the service may say what became of a message, by the message's id."""
        self._http, self._account, self._clock, self._heard_at = http, account, clock, heard_at
        login = b64encode(f"{account.user}:{account.token}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {login}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }

    async def send(self, rendered: Rendered) -> Outcome:
        to = rendered.message.recipient
        if not _NUMBER.fullmatch(to):
            return Permanent("the recipient's address is no telephone number")
        text = short(rendered.gist, rendered.next_by, rendered.message.incident_id)
        address = self._heard_at(rendered.message.id)
        back = {"StatusCallback": address} if address else {}
        body = urlencode({"To": to, **self._sender(), "Body": text, **back}, errors="replace").encode()
        try:
            answer = await self._http.post(self._account.url, self._headers, body)
        except Unreachable as error:
            return Passing(f"SMS service away: {error}", away=True)
        except (NotAllowed, BadUrl) as error:
            return Passing(f"CANDOR_SMS_URL can't be used: {error}", away=True)
        return self._judged(answer)

    async def close(self) -> None:
        await self._http.close()

    def _sender(self) -> Mapping[str, str]:
        service = self._account.sender.startswith("MG")
        return {"MessagingServiceSid" if service else "From": self._account.sender}

    def _judged(self, answer: Answer) -> Outcome:
        told = _told(answer.body)
        if 200 <= answer.status < 300:
            return Sent(str(told.get("sid") or "")[:64])
        code = told.get("code")
        after = answer.retry_after(self._clock.now())
        if answer.status == 429 or code in _SLOWER:
            return Passing("the SMS service wants us to be slower", after=after)
        if isinstance(code, int) and code in _FOR_GOOD:
            return Permanent(f"{code}: {_FOR_GOOD[code]}")
        shown = f"{code}" if isinstance(code, int) else f"HTTP {answer.status}"
        if answer.status in {401, 403, 404} or code in _OURS:
            return Passing(f"{shown}: the SMS service does not want us; see CANDOR_SMS_URL", away=True)
        if answer.status >= 500 or code == _MAINTENANCE:
            return Passing(f"{shown}: the SMS service has trouble", after=after)
        return Permanent(f"{shown}: the SMS service refused it")


def _told(body: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
