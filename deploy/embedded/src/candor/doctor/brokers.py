"""Kafka: the brokers, the topics as planned, and how far each service has read."""

from collections.abc import Iterator, Mapping, Sequence

from candor.doctor.finding import Finding, ok, problem, warning
from candor.doctor.postgres import Seen
from candor.rebuild.lost import highest
from candor.services import SERVICES
from candor_common import kafka_look
from candor_common.feed import Partition
from candor_common.kafka import KafkaSettings
from candor_common.kafka_look import Described, Span
from candor_common.kafka_refusals import why_not
from candor_common.settings import Settings
from candor_common.topics import TOPICS, TopicSettings

MOST_LAG = 10_000
START = "check that it runs, CANDOR_KAFKA_BOOTSTRAP and the login; services wait for it and lose nothing"
REBUILD = "stop the services, run `candor topics rebuild`, start them"


async def look(known: Settings, kafka: KafkaSettings) -> Sequence[Finding]:
    """The brokers and the topics."""
    if refusal := await why_not(kafka):
        return [
            problem("broker", refusal, "correct that setting; services that start now end with the same line")
        ]
    count = await kafka_look.brokers(kafka)
    found = await kafka_look.described(kafka, [kafka.topic(one) for one in TOPICS])
    topics = [one for name, plan in TOPICS.items() for one in _topic(known, plan, kafka.topic(name), found)]
    return [ok("broker", f"{count} answer{'s' if count == 1 else ''}"), *topics]


def _topic(
    known: Settings, plan: TopicSettings, name: str, found: Mapping[str, Described | None]
) -> Iterator[Finding]:
    topic = found[name]
    if topic is None:
        yield problem(
            "topic", f"{name} is missing", "start a service, which makes it, or see `candor topics`"
        )
        return
    if topic.leaderless:
        yield problem(
            "topic", f"{name}: {topic.leaderless} partitions have no leader", "start the missing brokers"
        )
    if topic.copies < known.kafka_replication:
        do = "let the brokers make more copies; see their own documentation"
        yield warning("topic", f"{name} has {topic.copies} copies instead of {known.kafka_replication}", do)
    for setting, value in plan.configuration.items():
        if topic.configuration.get(setting) != value:
            is_so = f"{name}: {setting} is {topic.configuration.get(setting)} instead of {value}"
            yield warning("topic", is_so, f"change it with the tools of Kafka to {setting}={value}")
    yield ok("topic", f"{name}, {topic.partitions} partitions")


async def lags(kafka: KafkaSettings, seen: Seen) -> Sequence[Finding]:
    """How far each service is behind, by the positions in its database."""
    names = {topic for one in SERVICES for topic in one.topics}
    ends = await kafka_look.spans(kafka, [kafka.topic(one) for one in names])
    found = [_lag(service, places, ends) for service, places in seen.positions.items()]
    if seen.next_reference is not None:
        found.append(
            _references(highest(await kafka_look.last(kafka, kafka.topic("requests"))), seen.next_reference)
        )
    return found


def _lag(service: str, places: Mapping[Partition, int], ends: Mapping[Partition, Span]) -> Finding:
    known = {one: at for one, at in places.items() if one in ends}
    if ahead := [one for one, at in known.items() if at > ends[one].end]:
        return problem(
            "lag", f"{service} stands behind the end of {_name(ahead[0])}: those are other topics", REBUILD
        )
    if gone := [one for one, at in known.items() if 0 < at < ends[one].begin]:
        return problem("lag", f"{_name(gone[0])} no longer has what {service} would read next", REBUILD)
    waits = sum(ends[one].end - max(at, ends[one].begin) for one, at in known.items())
    detail = f"{waits} events wait for {service}"
    if waits > MOST_LAG:
        return warning(
            "lag", detail, f"add replicas of {service}, up to the number of partitions; see the runbook"
        )
    return ok("lag", detail)


def _references(told: int, next_reference: int) -> Finding:
    if told < next_reference:
        return ok("references", f"the next is INC-{next_reference:06d}")
    detail = f"topics tell of INC-{told:06d}, and intake would give out INC-{next_reference:06d} next"
    return problem("references", f"{detail}: the database is older than the topics", REBUILD)


def _name(partition: Partition) -> str:
    return f"{partition.topic}/{partition.number}"
