"""All ways on which words leave, as one: each message goes on its own."""

from collections.abc import Collection, Mapping

from candor_common.clock import Clock
from candor_common.events import Channel
from candor_common.settings import Settings
from candor_notifier.channels import Messenger, Outcome, Permanent, Rendered
from candor_notifier.channels.guard import ANYWHERE
from candor_notifier.channels.http import Http
from candor_notifier.channels.slack import SlackChannel
from candor_notifier.channels.sms import SmsAccount, SmsChannel
from candor_notifier.channels.webhook import Find, WebhookChannel, Webhooks
from candor_notifier.domain.route import absent


class Ways:
    """Hands each message to the channel that it names; one for a channel that is not set up is refused."""

    def __init__(self, ways: Mapping[Channel, Messenger]) -> None:
        self._ways = dict(ways)

    @property
    def offered(self) -> Collection[Channel]:
        return frozenset(self._ways)

    async def send(self, rendered: Rendered) -> Outcome:
        way = self._ways.get(rendered.message.channel)
        if way is None:
            return Permanent(absent(rendered.message.channel))
        return await way.send(rendered)

    async def close(self) -> None:
        for way in self._ways.values():
            await way.close()


def offered(settings: Settings) -> Collection[Channel]:
    """The channels that the settings set up. Chat is among them: whether a system is known is seen at the send."""
    ways = {Channel.MAIL, Channel.CHAT}
    if settings.sms_url is not None:
        ways.add(Channel.SMS)
    if settings.slack_token is not None:
        ways.add(Channel.SLACK)
    return frozenset(ways)


def ways_of(settings: Settings, clock: Clock, mail: Messenger, webhooks: Webhooks, find: Find) -> Ways:
    """What the settings set up, besides mail. What is opened here is closed with it."""
    ways: dict[Channel, Messenger] = {Channel.MAIL: mail, Channel.CHAT: WebhookChannel(webhooks, find)}
    if settings.sms_url is not None:
        account = SmsAccount.of(settings.sms_url.get_secret_value())
        ways[Channel.SMS] = SmsChannel(Http(ANYWHERE), account, clock)
    if settings.slack_token is not None:
        ways[Channel.SLACK] = SlackChannel(Http(ANYWHERE), settings.slack_token.get_secret_value(), clock)
    return Ways(ways)
