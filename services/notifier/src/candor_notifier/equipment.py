"""The ways on which messages leave, as the settings and the charter of a process have them."""

from candor_common.service import Runtime
from candor_notifier.channels import Channel
from candor_notifier.channels.mail import MailMessenger
from candor_notifier.channels.mailbox import MailboxChannel
from candor_notifier.channels.server import Server
from candor_notifier.channels.slack import SlackHooks
from candor_notifier.channels.smtp import SmtpChannel
from candor_notifier.channels.ways import Given, Ways, ways_of
from candor_notifier.compose import Sender
from candor_notifier.domain.reach import hook
from candor_notifier.sms_status import addresses
from candor_notifier.webhook_delivery import RESOURCE, WebhookDelivery


def channel_of(runtime: Runtime) -> Channel:
    """The mail server that the settings name, or the mailbox."""
    settings = runtime.context.settings
    if settings.smtp_url is None:
        return MailboxChannel()
    domain = settings.mail_from.rpartition("@")[2]
    return SmtpChannel(Server.of(settings.smtp_url.get_secret_value(), domain), runtime.clock)


def mail_of(runtime: Runtime, channel: Channel) -> MailMessenger:
    """Mail from the address of the house."""
    settings = runtime.context.settings
    return MailMessenger(channel, Sender(settings.mail_from, settings.mail_name))


def all_ways(runtime: Runtime, channel: Channel) -> Ways:
    """Mail, and whatever else is set up. Needs the delivery to subscriptions in `runtime.resources`."""
    outward: WebhookDelivery = runtime.resources[RESOURCE]

    def url_of(recipient: str) -> str | None:
        return hook(runtime.context.charter, recipient)

    slack = SlackHooks(outward.http, url_of, runtime.clock)
    settings = runtime.context.settings
    mail, statuses = mail_of(runtime, channel), addresses(runtime.context.signer, settings.public_url)
    given = Given(mail, outward.webhooks, outward.find, slack, statuses)
    return ways_of(settings, runtime.clock, given)
