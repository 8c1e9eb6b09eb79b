"""What happened to incidents."""

from datetime import datetime
from typing import ClassVar

from candor_common.events.fact import Emitter, Fact, Topic
from candor_common.events.kinds import Level, Priority
from candor_common.events.snapshots import Contact, Estimate, Incident, Plan, Resolution, Text, Update


class _OfIncident(Fact):
    topic: ClassVar[Topic] = "incidents"
    emitter: ClassVar[Emitter] = "triage"

    incident: Incident

    @property
    def key(self) -> str:
        return self.incident.id

    @property
    def subject(self) -> str:
        return self.incident.id

    @property
    def sequence(self) -> int:
        return self.incident.version


class IncidentOpened(_OfIncident):
    """A request became an incident. Emitted when it was classified and routed."""

    type: ClassVar[str] = "candor.incident.opened.v1"

    request_id: str


class RequestJoined(_OfIncident):
    """A reply, a signal or another request was added to an incident. Its own reference leads there from now on."""

    type: ClassVar[str] = "candor.incident.joined.v1"

    request_id: str
    reference: str
    by_customer: bool = False
    """True when a person wrote it, who waits for an answer from then on."""
    received_at: datetime | None = None
    """When it came in."""


class IncidentAcknowledged(_OfIncident):
    """A person took the incident."""

    type: ClassVar[str] = "candor.incident.acknowledged.v1"

    by: str


class IncidentAssigned(_OfIncident):
    """The incident has another owner or team. Emitted for an assignment by a person or by the charter's rules."""

    type: ClassVar[str] = "candor.incident.assigned.v1"

    by: str
    previous_owner: str | None = None
    previous_team: str | None = None
    previous_level: Level | None = None
    reason: Text | None = None


class IncidentEscalated(_OfIncident):
    """The next level has it from now on."""

    type: ClassVar[str] = "candor.incident.escalated.v1"

    by: str
    previous_level: Level
    previous_team: str | None = None
    reason: Text


class HelpAsked(_OfIncident):
    """A second person was asked to help: `incident.second`. The owner stays."""

    type: ClassVar[str] = "candor.incident.help-asked.v1"
    public: ClassVar[bool] = True

    by: str
    reason: Text


class CustomerAsked(_OfIncident):
    """The customer was asked something, and the incident waits for the answer: `incident.question`."""

    type: ClassVar[str] = "candor.incident.customer-asked.v1"

    by: str


class IncidentResumed(_OfIncident):
    """The wait for the customer is over: they answered, or a person goes on without the answer."""

    type: ClassVar[str] = "candor.incident.resumed.v1"

    by: str


class PlanMade(_OfIncident):
    """There is a plan, or another one: `incident.plan`."""

    type: ClassVar[str] = "candor.incident.planned.v1"
    public: ClassVar[bool] = True

    by: str
    plan: Plan


class EstimateGiven(_OfIncident):
    """A person said when it will work again, or moved that date: `incident.estimate`."""

    type: ClassVar[str] = "candor.incident.estimated.v1"

    by: str
    previous: Estimate | None = None


class WorkaroundGiven(_OfIncident):
    """The customer has a way to go on while the fault stands: `incident.workaround`."""

    type: ClassVar[str] = "candor.incident.workaround.v1"

    by: str


class PriorityChanged(_OfIncident):
    """The incident is more or less urgent than was thought. Its promises are counted anew from its beginning."""

    type: ClassVar[str] = "candor.incident.priority-changed.v1"

    by: str
    previous: Priority
    reason: Text


class IncidentUpdated(_OfIncident):
    """A person wrote an update for the customer: `incident.last_update`."""

    type: ClassVar[str] = "candor.incident.updated.v1"

    by: str
    update: Update


class IncidentResolved(_OfIncident):
    """A person says that it works again, or the signal that opened the incident was cleared."""

    type: ClassVar[str] = "candor.incident.resolved.v1"

    by: str
    resolution: Resolution


class IncidentVerified(_OfIncident):
    """The fix holds: the customer confirmed it, a person checked it, or the watch over it ended without a word."""

    type: ClassVar[str] = "candor.incident.verified.v1"

    by: str
    by_customer: bool = False


class IncidentReopened(_OfIncident):
    """It does not work after all: the customer wrote again, or the signal came back, after the resolution."""

    type: ClassVar[str] = "candor.incident.reopened.v1"

    by: str
    reason: Text | None = None


class IncidentDisputed(_OfIncident):
    """The customer says that it is not solved, too late to open it again. intake gives their words a reference, under
    which they come back as a reply that opens an incident of its own."""

    type: ClassVar[str] = "candor.incident.disputed.v1"

    by: Contact
    request_id: str
    """Under which the words come back; the same for the same words."""
    text: Text
    said_at: datetime


class IncidentClosed(_OfIncident):
    """The incident is finished; what comes after it opens a new one."""

    type: ClassVar[str] = "candor.incident.closed.v1"

    by: str


class IncidentMerged(_OfIncident):
    """The incident is about the same as another, which goes on for both: `incident.merged_into`."""

    type: ClassVar[str] = "candor.incident.merged.v1"

    by: str


class IncidentLinked(_OfIncident):
    """The incident belongs together with another: the last of `incident.links`."""

    type: ClassVar[str] = "candor.incident.linked.v1"
    public: ClassVar[bool] = True

    by: str


class IncidentCancelled(_OfIncident):
    """There is nothing to be done: it was no request, or the customer took it back."""

    type: ClassVar[str] = "candor.incident.cancelled.v1"

    by: str
    reason: Text


class IncidentState(_OfIncident):
    """The newest snapshot of an incident, on a compacted topic: a newcomer reads it and has today's board."""

    type: ClassVar[str] = "candor.incident.state.v1"
    topic: ClassVar[Topic] = "incident-states"
    public: ClassVar[bool] = True
