"""On which way words go to somebody: the one on which they came, where it is set up, or else by mail."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from candor_common.events import Channel

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_SETTING = {Channel.SMS: "CANDOR_SMS_URL", Channel.SLACK: "CANDOR_SLACK_TOKEN"}
_NAME = {Channel.SMS: "text messages", Channel.SLACK: "Slack"}


@dataclass(frozen=True, slots=True)
class Route:
    """A channel, and the address on it. With a `reason` nothing can be sent there: the message is refused with it."""

    channel: Channel
    address: str
    reason: str = ""


def route(came_on: Channel, address: str, offered: Collection[Channel], mail: str | None = None) -> Route:
    """Where to answer somebody who came on a channel from an address. `mail` is an address of theirs, where known."""
    wanted = _wanted(came_on, address)
    if wanted in offered and wanted is not Channel.MAIL:
        return Route(wanted, address)
    by_mail = address if "@" in address else mail
    if by_mail and "@" in by_mail:
        return Route(Channel.MAIL, by_mail)
    return Route(wanted, address, absent(wanted))


def told_by_address(address: str) -> Channel:
    """The channel on which somebody is reached, as far as their address says it by itself."""
    system, colon, _ = address.partition(":")
    if not colon or "@" in address:
        return Channel.UNKNOWN
    return Channel.SLACK if system == Channel.SLACK else Channel.CHAT


def absent(channel: Channel) -> str:
    """Why nothing can be sent on a channel that is not offered."""
    if setting := _SETTING.get(channel):
        return f"{_NAME[channel]} can't be sent: {setting} is not set, and no mail address is known"
    if channel is Channel.CHAT:
        return "no subscription takes answers to this chat system, and no mail address is known"
    return "no address is known to which an answer could go"


def _wanted(came_on: Channel, address: str) -> Channel:
    if came_on in {Channel.SLACK, Channel.SMS, Channel.CHAT}:
        return came_on
    # Whoever called, or left a number in a form, is answered where that number rings.
    return Channel.SMS if _NUMBER.fullmatch(address) else Channel.MAIL
