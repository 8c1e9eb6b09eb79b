"""Fields of forms as people fill them in, with all their faults at once."""

from collections.abc import Mapping

from candor_intake.domain.words import one_line, storable
from candor_intake.sources.form_words import FaultKey, FieldFault, Unfilled

_TICKED = frozenset({"1", "on", "true", "yes"})


class Filling:
    """What somebody filled in, and what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self.faults: dict[str, FieldFault] = {}

    def line(self, name: str, longest: int, *, needed: bool = False) -> str:
        """One line of at most so many characters."""
        return self._checked(name, one_line(self._raw(name)), longest, needed)

    def words(self, name: str, longest: int, *, needed: bool = False) -> str:
        """Any number of lines."""
        text = storable(self._raw(name)).replace("\r\n", "\n").strip()
        return self._checked(name, text, longest, needed)

    def ticked(self, name: str) -> bool:
        return self._raw(name).strip().casefold() in _TICKED

    def fault(self, name: str, fault: FieldFault) -> None:
        """Note what is wrong with a field; of several faults the first counts."""
        self.faults.setdefault(name, fault)

    def finish(self) -> None:
        """Raises Unfilled when something was wrong."""
        if self.faults:
            raise Unfilled(self.faults)

    def _raw(self, name: str) -> str:
        return self._fields.get(name) or ""

    def _checked(self, name: str, value: str, longest: int, needed: bool) -> str:
        if needed and not value:
            self.fault(name, FieldFault(FaultKey.MISSING))
        if len(value) > longest:
            self.fault(name, FieldFault(FaultKey.TOO_LONG, longest))
        return value
