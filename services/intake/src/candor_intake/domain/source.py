"""A source: one sender that the operator has let in by a door, with the secret that proves it is the one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from candor_intake.domain.language import Language

Exchange = Literal["yeastar", "yeastar-p", "asterisk"]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Material(BaseModel):
    """What a sender's signature is checked with. It never leaves the service."""

    model_config = ConfigDict(frozen=True)

    secret: str = Field(repr=False)
    shared_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    """Twilio's shared keys: secrets by their ids."""


class Paths(BaseModel):
    """Where call records of an exchange have what; `RecordMapping` says what the names are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: dict[_Short, str]
    incoming: frozenset[_Short] = frozenset()
    missed: frozenset[_Short] | None = None


class Options(BaseModel):
    """What else a door has to know about a source; each door reads what concerns it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language = "en"
    """Of those who call or write to a number, where their words don't show it."""
    own_users: frozenset[_Short] = frozenset()
    """Ids of our own bot's users in Slack, besides those that Slack names itself."""
    exchange: Exchange | None = None
    """An exchange whose call records are known."""
    mapping: Paths | None = None
    """For call records of any other exchange."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as its door sees it."""

    id: str
    """Part of its address; no secret."""
    name: str
    kind: str
    """The name of its door."""
    options: Options
    created_at: datetime
    material: Material = field(repr=False)
