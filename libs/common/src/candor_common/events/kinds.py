"""The closed lists of the vocabulary. A reader maps what a later version adds to `unknown` instead of stopping."""

from enum import StrEnum
from typing import Self


class _Open(StrEnum):
    """An enumeration whose readers map values of a later version to `unknown` instead of stopping."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls("unknown") if isinstance(value, str) and value != "unknown" else None


class Channel(_Open):
    """The way on which words came in or go out."""

    REST = "rest"
    MAIL = "mail"
    ALERT = "alert"
    SLACK = "slack"
    CHAT = "chat"
    SMS = "sms"
    PHONE = "phone"
    FORM = "form"
    UNKNOWN = "unknown"


class Origin(_Open):
    """Who or what wrote an inbound message. Only a human restarts clocks and earns an acknowledgement."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    BOUNCE = "bounce"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Kind(_Open):
    """What an incident is."""

    FAULT = "fault"
    QUESTION = "question"
    CHANGE = "change"
    COMPLAINT = "complaint"
    SECURITY = "security"
    TRAINING = "training"
    COMMERCIAL = "commercial"
    UNKNOWN = "unknown"

    @property
    def is_broken(self) -> bool:
        """Whether something is to be fixed and to work again; all else is done or answered."""
        return self in (Kind.FAULT, Kind.SECURITY)


class Category(_Open):
    """What is broken, when the incident is a fault."""

    HARDWARE = "system.hardware"
    SOFTWARE = "system.software"
    NETWORK = "system.network"
    APPLICATION = "application"
    DATA = "data"
    OUTAGE = "outage"
    UNKNOWN = "unknown"


class Grade(_Open):
    """A degree of impact or urgency."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


class Priority(_Open):
    """The product of impact and urgency; P1 is the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    UNKNOWN = "unknown"


class Lane(_Open):
    """The queue that decides how fast people look."""

    EMERGENCY = "emergency"
    VIP = "vip"
    STANDARD = "standard"
    UNKNOWN = "unknown"


class Level(_Open):
    """The support level that has the incident."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    UNKNOWN = "unknown"


class IncidentStatus(_Open):
    """Where an incident stands in its life."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting_on_customer"
    WORKAROUND = "workaround"
    RESOLVED = "resolved"
    VERIFIED = "verified"
    REOPENED = "reopened"
    CLOSED = "closed"
    MERGED = "merged"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class LinkKind(_Open):
    """How two incidents belong together, seen from the one that has the link."""

    RELATED = "related"
    FOLLOWS = "follows"
    FOLLOWED_BY = "followed_by"
    MERGED_FROM = "merged_from"
    UNKNOWN = "unknown"


class PromiseKind(_Open):
    """What was promised. `resolution` is the charter's target, `estimate` the date that a person named for it."""

    FIRST_RESPONSE = "first_response"
    NEXT_UPDATE = "next_update"
    NEXT_REPLY = "next_reply"
    """An answer to what the customer wrote after the first one."""
    RESOLUTION = "resolution"
    ESTIMATE = "estimate"
    FOLLOW_UP = "follow_up"
    IMPROVEMENT_REPLY = "improvement_reply"
    UNKNOWN = "unknown"


class PromiseState(_Open):
    """Whether a promise is still open, and how it ended."""

    OPEN = "open"
    KEPT = "kept"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class BreachCause(_Open):
    """Why a promise was missed, where that is not simply that its time passed."""

    POLICY_CHANGE = "policy_change"
    """Its goal became so much shorter that it was over by then."""
    UNKNOWN = "unknown"


class MessageKind(_Open):
    """What a message is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    UPDATE = "update"
    QUESTION = "question"
    ESTIMATE = "estimate"
    HANDOVER = "handover"
    PRIORITY = "priority"
    """That another priority has moved dates which the customer had been told."""
    MERGED = "merged"
    """Which incident goes on for theirs."""
    WORKAROUND = "workaround"
    BREACH_NOTICE = "breach_notice"
    NOTHING_NEW = "nothing_new"
    RESOLUTION = "resolution"
    REOPENED = "reopened"
    CLOSED = "closed"
    SURVEY = "survey"
    ANSWER = "answer"
    """What a person answers to what a survey was answered with. It is no word about how the incident goes."""
    NUDGE = "nudge"
    """To the owner or the lead, who are to speak before the customer has to ask. Never to a customer."""
    UNKNOWN = "unknown"


class MessageState(_Open):
    """Where a message stands: it waits, left, waits for a channel that is away, was refused for good, was withdrawn
    because what it would have said is no longer true, or left and did not arrive, as is heard later."""

    PLANNED = "planned"
    SENT = "sent"
    DELAYED = "delayed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"


class SignalStatus(_Open):
    """Whether a machine reports trouble or its end."""

    FIRING = "firing"
    RESOLVED = "resolved"
    UNKNOWN = "unknown"


HUMAN_WORDS = frozenset(
    {
        MessageKind.UPDATE,
        MessageKind.QUESTION,
        MessageKind.ESTIMATE,
        MessageKind.WORKAROUND,
        MessageKind.RESOLUTION,
    }
)
"""The messages in which a person says how an incident goes: they answer, and from them silence is measured."""
