"""The doors of signed senders: how what a source sent is verified, and how it is read. Verified before it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from candor_common import standard_webhooks
from candor_intake.domain.inbound import Ignored, Request
from candor_intake.domain.source import Options, Source
from candor_intake.sources import call_record, chat, slack, twilio_sms, twilio_voice
from candor_intake.sources.door import Door
from candor_intake.sources.exchanges import ASTERISK, YEASTAR, YEASTAR_P
from candor_intake.sources.record_mapping import MISSED, BadMapping, RecordMapping
from candor_intake.sources.registry import BY_NAME
from candor_intake.sources.slack import Challenge
from candor_intake.verify import shared_secret, twilio
from candor_intake.verify import slack as slack_signature
from candor_intake.verify.delivery import Delivery, NotGenuine

EXCHANGES = {"yeastar": YEASTAR, "yeastar-p": YEASTAR_P, "asterisk": ASTERISK}


@dataclass(frozen=True, slots=True)
class SignedDoor:
    """A door whose deliveries are verified by the secret of the source that the address names."""

    door: Door
    verify: Callable[[Delivery, Source], None]
    """Raises NotGenuine."""
    parse: Callable[[bytes, Source], Request | Ignored | Challenge]
    """Raises BadPayload."""


def mapping_of(options: Options) -> RecordMapping:
    """How the call records of a source are read. Raises BadMapping."""
    if options.exchange:
        return EXCHANGES[options.exchange]
    if options.mapping is None:
        raise BadMapping(
            [f"Name an `exchange` ({', '.join(EXCHANGES)}) or give a `mapping` among the options."]
        )
    missed = MISSED if options.mapping.missed is None else options.mapping.missed
    return RecordMapping.of(options.mapping.paths, incoming=options.mapping.incoming, missed=missed)


def _verify_chat(delivery: Delivery, source: Source) -> None:
    try:
        key = standard_webhooks.key_of(source.material.secret)
        standard_webhooks.verify(delivery.headers, delivery.body, [key], delivery.at)
    except standard_webhooks.NotGenuine as error:
        raise NotGenuine(str(error)) from error


def _verify_slack(delivery: Delivery, source: Source) -> None:
    slack_signature.verify(delivery, [source.material.secret])


def _verify_twilio(delivery: Delivery, source: Source) -> None:
    twilio.verify(delivery, twilio.Secrets([source.material.secret], source.material.shared_keys))


def _verify_secret(delivery: Delivery, source: Source) -> None:
    shared_secret.verify(delivery, [source.material.secret])


def _call(body: bytes, source: Source) -> Request | Ignored:
    mapping, language = mapping_of(source.options), source.options.language
    return call_record.parse(body, mapping, source=source.id, language=language)


SIGNED: Mapping[str, SignedDoor] = {
    one.door.name: one
    for one in (
        SignedDoor(
            BY_NAME["slack"],
            _verify_slack,
            lambda body, source: slack.parse(body, own_users=source.options.own_users),
        ),
        SignedDoor(BY_NAME["chat"], _verify_chat, lambda body, source: chat.parse(body, source=source.id)),
        SignedDoor(
            BY_NAME["twilio-voice"],
            _verify_twilio,
            lambda body, source: twilio_voice.parse(body, language=source.options.language),
        ),
        SignedDoor(
            BY_NAME["twilio-sms"],
            _verify_twilio,
            lambda body, source: twilio_sms.parse(body, language=source.options.language),
        ),
        SignedDoor(BY_NAME["call-record"], _verify_secret, _call),
    )
}
"""By the name of the door, which is the kind of its sources."""
