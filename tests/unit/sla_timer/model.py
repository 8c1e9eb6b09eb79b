"""A second opinion on promises: walks through an incident step by step and remembers only what it needs.

It shares no code with the service. Minutes are whole numbers; no two things happen in the same minute.
"""

from dataclasses import dataclass, field

FIRST, UPDATE, REPLY, RESOLUTION, RENEWALS = 60, 30, 45, 240, 2
Shown = tuple[str, float | None, float | None, str, float | None]


@dataclass
class Given:
    kind: str
    made: int
    due: int
    state: str = "open"
    kept: int | None = None


@dataclass
class Walk:
    """The state of one incident with a requester."""

    answer: Given | None = field(default_factory=lambda: Given("first_response", 0, FIRST))
    target: Given | None = field(default_factory=lambda: Given("resolution", 0, RESOLUTION))
    all: list[Given] = field(default_factory=list)
    reply: Given | None = None
    spoken: bool = False
    renewed: int = 0
    resolved_at: int | None = None
    left_over: Given | None = None
    in_time: bool = False
    solved: bool = False
    told: bool = False

    def __post_init__(self) -> None:
        self.all = [one for one in (self.answer, self.target) if one]

    def shown(self) -> list[Shown]:
        return sorted((one.kind, one.made, one.due, one.state, one.kept) for one in self.all)

    def happen(self, minute: int, what: str, next_by: int) -> None:
        getattr(self, what)(minute, next_by)

    def update(self, minute: int, next_by: int) -> None:
        self._spoken(minute)
        self.answer = None
        if not self.told:
            self._promise(minute, next_by if next_by > minute else minute + UPDATE)

    def resolution_sent(self, minute: int, _: int) -> None:
        """Tells of the last resolution, which may have been undone since."""
        self._spoken(minute)
        self.answer = None
        if self.solved and self.resolved_at is None and not self.told:
            self._promise(minute, minute + UPDATE)
        else:
            self.told = True

    def wrote(self, minute: int, _: int) -> None:
        if self.spoken and self.reply is None and self.resolved_at is None:
            self.reply = Given("next_reply", minute, minute + REPLY)
            self.all.append(self.reply)

    def resolved(self, minute: int, _: int) -> None:
        self.solved = True
        if self.resolved_at is not None:
            return
        self._over(minute)
        if self.left_over and self.in_time:
            self.left_over.state, self.left_over.kept = "kept", minute

    def _over(self, minute: int) -> None:
        self.in_time = self.target is not None and self.target.state == "open" and minute <= self.target.due
        self.resolved_at, self.left_over, self.target = minute, self.target or self.left_over, None

    def reopened(self, minute: int, _: int) -> None:
        if self.resolved_at is None:
            return
        if self.left_over and self.in_time:
            self.target = Given("resolution", minute, self.left_over.due + minute - self.resolved_at)
            self.all.append(self.target)
        self.resolved_at, told, self.told = None, self.told, False
        if told:
            self._promise(minute, minute + UPDATE)

    def close(self, minute: int, _: int) -> None:
        for one in (self.answer, self.reply):
            if one and one.state == "open" and minute <= one.due:
                one.state = "withdrawn"
        self.answer, self.reply, self.told = None, None, True
        if self.resolved_at is None:
            self._over(minute)
            if self.left_over and self.in_time:
                self.left_over.state = "withdrawn"

    def tick(self, minute: int, _: int) -> None:
        for one in list(self.all):
            if one.state == "open" and one.due < minute:
                one.state = "breached"
                if one is self.answer and self.renewed < RENEWALS:
                    due = one.due
                    while due <= minute:
                        due += UPDATE
                    self.renewed += 1
                    self.answer = Given("next_update", minute, due)
                    self.all.append(self.answer)

    def _spoken(self, minute: int) -> None:
        for one in (self.answer, self.reply):
            if one and one.state == "open" and minute <= one.due:
                one.state, one.kept = "kept", minute
        self.reply, self.spoken = None, True

    def _promise(self, minute: int, due: int) -> None:
        self.answer, self.renewed = Given("next_update", minute, due), 0
        self.all.append(self.answer)
