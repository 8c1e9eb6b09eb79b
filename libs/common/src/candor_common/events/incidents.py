"""What happened to incidents."""

from typing import ClassVar

from candor_common.events.fact import Emitter, Fact, Topic
from candor_common.events.snapshots import Incident, Resolution, Update


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


class IncidentAcknowledged(_OfIncident):
    """A person took the incident."""

    type: ClassVar[str] = "candor.incident.acknowledged.v1"

    by: str


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


class IncidentReopened(_OfIncident):
    """It does not work after all: the customer wrote again, or the signal came back, after the resolution."""

    type: ClassVar[str] = "candor.incident.reopened.v1"

    by: str


class IncidentClosed(_OfIncident):
    """The incident is finished; what comes after it opens a new one."""

    type: ClassVar[str] = "candor.incident.closed.v1"

    by: str


class IncidentState(_OfIncident):
    """The newest snapshot of an incident, on a compacted topic: a newcomer reads it and has today's board."""

    type: ClassVar[str] = "candor.incident.state.v1"
    topic: ClassVar[Topic] = "incident-states"
    public: ClassVar[bool] = True
