"""Slack: words in a conversation by a bot, or into one channel by an incoming webhook."""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from candor_common.clock import Clock
from candor_notifier.channels import Outcome, Passing, Permanent, Rendered, Sent
from candor_notifier.channels.http import Answer, BadUrl, Http, NotAllowed, Unreachable
from candor_notifier.domain.plain import paragraphs

API = "https://slack.com/api"
LONGEST_TEXT = 12_000
"""Characters; Slack cuts at 40,000, and after 4,000 asks for less."""
_CONVERSATION = re.compile(r"slack:([^/]+)/([A-Z0-9]{2,20})/([0-9]{1,12}\.[0-9]{1,9})")
_PERSON = re.compile(r"slack:([^/]+)/([A-Z0-9]{2,20})")
_JSON = "application/json;charset=utf-8"
_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "message_limit_exceeded",
    }
)
_OURS = frozenset(
    {
        "accesslimited",
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""What is said of our app: for the operator to mend, and no fault of the message."""


class SlackChannel:
    """Answers where the customer wrote, in the thread of what they wrote; else in a direct message.

    Recipients are addresses as intake gives them, `slack:TEAM/USER`; the thread holds `slack:TEAM/CHANNEL/TIME`.
    The receipt of what was sent has that form too.
    """

    def __init__(self, http: Http, token: str, clock: Clock, api: str = API) -> None:
        self._http, self._clock = http, clock
        self._url = f"{api}/chat.postMessage"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": _JSON}

    async def send(self, rendered: Rendered) -> Outcome:
        place = _place(rendered)
        if place is None:
            return Permanent("the recipient's address is none of Slack")
        team, channel, thread = place
        words = {"channel": channel, "text": text_of(rendered), "mrkdwn": False, "unfurl_links": False}
        body = json.dumps(words | ({"thread_ts": thread} if thread else {})).encode()
        try:
            answer = await self._http.post(self._url, self._headers, body)
        except (Unreachable, NotAllowed, BadUrl) as error:
            return Passing(f"Slack away: {error}", away=True)
        return self._judged(answer, team)

    async def close(self) -> None:
        await self._http.close()

    def _judged(self, answer: Answer, team: str) -> Outcome:
        if by_status := _by_status(answer, self._clock):
            return by_status
        told = _told(answer.body)
        if told.get("ok") is True:
            return Sent(f"slack:{team}/{told.get('channel')}/{told.get('ts')}"[:300])
        error = str(told.get("error") or "")[:60]
        if not error.replace("_", "").isalnum():
            return Passing("Slack's answer can't be read")
        if error in _OURS:
            return Passing(f"{error}: Slack does not want us; see CANDOR_SLACK_TOKEN", away=True)
        return Passing(error) if error in _PASSING else Permanent(f"{error}: Slack refused it")


class SlackWebhook:
    """Writes into the one channel that an incoming webhook leads to. Its URL is a secret."""

    def __init__(self, http: Http, url: str, clock: Clock) -> None:
        self._http, self._url, self._clock = http, url, clock

    async def send(self, rendered: Rendered) -> Outcome:
        words: dict[str, object] = {"text": text_of(rendered), "mrkdwn": False}
        found = _CONVERSATION.fullmatch(rendered.thread[0]) if rendered.thread else None
        if found:
            words["thread_ts"] = found[3]
        try:
            answer = await self._http.post(self._url, {"Content-Type": _JSON}, json.dumps(words).encode())
        except Unreachable as error:
            return Passing(f"Slack away: {error}", away=True)
        except (NotAllowed, BadUrl) as error:
            return Permanent(f"the webhook's URL can't be used: {error}")
        if by_status := _by_status(answer, self._clock):
            return by_status
        # Slack says `ok` and nothing else; whatever else answers 200 is not Slack, and would again.
        return Sent() if answer.body == b"ok" else Permanent("the answer is not Slack's `ok`")

    async def close(self) -> None:
        await self._http.close()


class SlackHooks:
    """The incoming webhooks of teams, each by the name of whose it is."""

    def __init__(self, http: Http, find: Callable[[str], str | None], clock: Clock) -> None:
        self._http, self._find, self._clock = http, find, clock

    async def send(self, rendered: Rendered) -> Outcome:
        url = self._find(rendered.message.recipient)
        if url is None:
            return Permanent("the charter has no Slack webhook there")
        return await SlackWebhook(self._http, url, self._clock).send(rendered)

    async def close(self) -> None:
        await self._http.close()


def text_of(rendered: Rendered) -> str:
    """The text in which nothing is markup: a customer's title can't call everybody or show a link as another."""
    text = paragraphs(rendered.text)
    cut = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _place(rendered: Rendered) -> tuple[str, str, str] | None:
    """Team, channel and thread; a person stands for the channel in which we speak with them alone."""
    conversations = (_CONVERSATION.fullmatch(one) for one in rendered.thread)
    if found := next(filter(None, conversations), None):
        return found[1], found[2], found[3]
    if person := _PERSON.fullmatch(unquote(rendered.message.recipient)):
        return person[1], person[2], ""
    return None


def _by_status(answer: Answer, clock: Clock) -> Outcome | None:
    """What the status alone says; None for 200."""
    status = answer.status
    if status == 200:
        return None
    if status == 429:
        return Passing("Slack wants us to be slower", after=answer.retry_after(clock.now()))
    if status >= 500:
        return Passing(f"HTTP {status}: Slack has trouble", after=answer.retry_after(clock.now()))
    return Permanent(f"HTTP {status}: Slack refused it", gone=status in {403, 404, 410})


def _told(body: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
