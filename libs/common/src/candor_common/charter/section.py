"""What all parts of a charter are made of."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from candor_common.events import Grade, Priority

T = TypeVar("T")


class Section(BaseModel):
    """A mapping in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ByGrade(Section, Generic[T]):
    """Something for each degree of impact or urgency."""

    high: T
    medium: T
    low: T

    def of(self, grade: Grade) -> T:
        """A grade of a later version counts as high: better too early than too late."""
        found: T = getattr(self, "high" if grade is Grade.UNKNOWN else grade.value)
        return found


class ByPriority(Section, Generic[T]):
    """Something for each priority."""

    P1: T
    P2: T
    P3: T
    P4: T

    def of(self, priority: Priority) -> T:
        """A priority of a later version counts as P1: better too early than too late."""
        found: T = getattr(self, "P1" if priority is Priority.UNKNOWN else priority.value)
        return found
