"""Trying a source: a sample goes the way of a real delivery, and stops short of becoming work."""

from candor_common.service import Runtime
from candor_intake.accept import Desk
from candor_intake.domain.inbound import BadPayload, Ignored, Inbound, Signal
from candor_intake.domain.inbound import Request as Words
from candor_intake.domain.source import Source
from candor_intake.hooks import genuine, posted_of
from candor_intake.reception import desk_of
from candor_intake.shapes import Trial
from candor_intake.sources import pagerduty
from candor_intake.sources.registry import BY_NAME
from candor_intake.sources.samples import sample
from candor_intake.sources.signed import SIGNED
from candor_intake.sources.slack import Challenge
from candor_intake.verify.delivery import Delivery, NotGenuine

TEST = Ignored("a test of the source")


async def tried(runtime: Runtime, source: Source) -> Trial:
    """What became of a sample that is signed with the source's secret."""
    door, desk = BY_NAME[source.kind], desk_of(runtime)
    url = door.address(runtime.context.settings.public_url, source.id)
    delivery = sample(source, url, runtime.clock.now())
    try:
        read = await _read(desk, source, delivery)
    except NotGenuine as fault:
        return Trial(taken=False, outcome=f"It was not genuine: {fault.reason}.")
    except BadPayload as fault:
        return Trial(taken=False, outcome=f"It could not be read: {fault}")
    accepted = await desk.take(posted_of(door, source, delivery, TEST))
    stored = f"Stored as {accepted.request_id}, and ignored because it is a test."
    return Trial(taken=True, outcome=f"{_said(read)} {stored}")


async def _read(desk: Desk, source: Source, delivery: Delivery) -> Inbound | Challenge:
    if source.kind in SIGNED:
        return await genuine(desk, SIGNED[source.kind], source, delivery)
    return pagerduty.parse(delivery.body).inbound


def _said(read: Inbound | Challenge) -> str:
    match read:
        case Words(sender=sender, subject_line=subject):
            return f"Genuine, and read as a request “{subject}” from {sender.address}."
        case Signal(subject_line=subject, status=status):
            return f"Genuine, and read as a signal “{subject}”, {status.value}."
        case Ignored(reason=reason):
            return f"Genuine, and ignored: {reason}."
    return "Genuine."
