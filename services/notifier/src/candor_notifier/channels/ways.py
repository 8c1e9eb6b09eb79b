"""All ways on which words leave, as one: each message goes on its own."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from candor_common.clock import Clock
from candor_common.events import Channel
from candor_common.settings import Settings
from candor_notifier.channels import Messenger, Outcome, Permanent, Rendered
from candor_notifier.channels.guard import ANYWHERE
from candor_notifier.channels.http import Http
from candor_notifier.channels.slack import SlackChannel
from candor_notifier.channels.sms import SmsAccount, SmsChannel
from candor_notifier.channels.webhook import Find, WebhookChannel, Webhooks
from candor_notifier.domain.reach import HOOK
from candor_notifier.domain.route import absent


class Ways:
    """Hands each message to the channel that it names; one for a channel that is not set up is refused.

    `hooks` takes what is for the Slack webhook of a team, which needs no app of Slack.
    """

    def __init__(self, ways: Mapping[Channel, Messenger], hooks: Messenger | None = None) -> None:
        self._ways, self._hooks = dict(ways), hooks

    @property
    def offered(self) -> Collection[Channel]:
        return frozenset(self._ways)

    async def send(self, rendered: Rendered) -> Outcome:
        message = rendered.message
        hooked = message.channel is Channel.SLACK and message.recipient.startswith(HOOK)
        way = self._hooks if hooked else self._ways.get(message.channel)
        if way is None:
            return Permanent(absent(message.channel))
        return await way.send(rendered)

    async def close(self) -> None:
        for way in self._ways.values():
            await way.close()
        if self._hooks is not None:
            await self._hooks.close()


def offered(settings: Settings) -> Collection[Channel]:
    """The channels that the settings set up. Chat is among them: whether a system is known is seen at the send."""
    ways = {Channel.MAIL, Channel.CHAT}
    if settings.sms_url is not None:
        ways.add(Channel.SMS)
    if settings.slack_token is not None:
        ways.add(Channel.SLACK)
    return frozenset(ways)


@dataclass(frozen=True, slots=True)
class Given:
    """The ways that need more than settings, and are opened elsewhere."""

    mail: Messenger
    webhooks: Webhooks
    find: Find
    """Where people of a chat system are answered."""
    hooks: Messenger
    """The Slack webhooks of teams."""
    heard_at: Callable[[str], str | None]
    """Where it may be said what became of a message, by its id."""


def ways_of(settings: Settings, clock: Clock, given: Given) -> Ways:
    """What is given, and what the settings set up besides. What is opened here is closed with it."""
    chat = WebhookChannel(given.webhooks, given.find)
    ways: dict[Channel, Messenger] = {Channel.MAIL: given.mail, Channel.CHAT: chat}
    if settings.sms_url is not None:
        account = SmsAccount.of(settings.sms_url.get_secret_value())
        ways[Channel.SMS] = SmsChannel(Http(ANYWHERE), account, clock, given.heard_at)
    if settings.slack_token is not None:
        ways[Channel.SLACK] = SlackChannel(Http(ANYWHERE), settings.slack_token.get_secret_value(), clock)
    return Ways(ways, given.hooks)
