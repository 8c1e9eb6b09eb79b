"""The charter as services ask it: what is this, who gets it, and by when is what promised."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Self

from candor_common.charter.calendars import ALWAYS, calendars, notices, waking_hours
from candor_common.charter.confirming import reads_like_one
from candor_common.charter.facts import Classification, Facts, Goal, Person, Team
from candor_common.charter.goals import Clocks
from candor_common.charter.people import above, is_on_shift, person, team, unheard
from candor_common.charter.rules import Rules, priority_of
from candor_common.charter.shape import Content
from candor_common.charter.survey_texts import SurveyQuestions, asked
from candor_common.events import Grade, Level, Priority, PromiseKind
from candor_common.wording import Wording
from candor_common.working_time import ALWAYS_OPEN, Calendar, Target

_WATCH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Charter:
    """A checked policy; it never changes. Grades and priorities of a later version count as most urgent."""

    version: str
    """Twelve hex digits that are the same as long as the content is, whatever the comments and layout say.

    Public holidays are content: when more of them become known, a charter that goes by them is another.
    """
    content: Content = field(compare=False, repr=False)
    """The file as it was read, for pages that show it."""
    rules: Rules = field(compare=False, repr=False)
    clocks: Clocks = field(compare=False, repr=False)

    @classmethod
    def of(cls, content: Content) -> Self:
        """Prepares what was read."""
        clocks = Clocks(content.targets, calendars(content.calendars), content.calendar)
        return cls(_version(content, clocks.calendars), content, Rules.of(content), clocks)

    def classify(self, facts: Facts) -> Classification:
        """What the rules make of a request or a signal."""
        return self.rules.classify(facts)

    def confirms(self, text: str, names: Iterable[str] = ()) -> bool:
        """Whether a customer's words after a resolution read like "thank you, it works", and no rule sees more in them.

        `names` are those that may stand beside a greeting. In doubt they don't.
        """
        return reads_like_one(self.content.confirmations, text, names) and not self.rules.speak_about(text)

    def priority(self, impact: Grade, urgency: Grade) -> Priority:
        """The priority that the matrix gives."""
        return priority_of(self.content, impact, urgency)

    def goal(self, kind: PromiseKind, priority: Priority, level: Level) -> Goal | None:
        """Within which time something is promised, and on which calendar; nothing for kinds without a target."""
        target = self._target(kind, priority, level)
        if target is None:
            return None
        return Goal(target, self.clocks.of(level, target), self.clocks.name(level, target) or ALWAYS)

    def _target(self, kind: PromiseKind, priority: Priority, level: Level) -> Target | None:
        match kind:
            case PromiseKind.FIRST_RESPONSE:
                return self.content.targets.of(level).of(priority).first_response
            case PromiseKind.RESOLUTION:
                return self.content.targets.of(level).of(priority).resolution
            case PromiseKind.NEXT_UPDATE:
                return self.content.update_every.of(priority)
            case PromiseKind.NEXT_REPLY if self.content.reply_within:
                return self.content.reply_within.of(priority)
        return None

    def target(self, kind: PromiseKind, priority: Priority, level: Level) -> timedelta | None:
        """The clock time within which something is promised; nothing for kinds without a target.

        Raises ValueError where the charter counts working time: ask `goal`, which knows the calendar.
        """
        target = self._target(kind, priority, level)
        return _clock_time(target) if target else None

    def update_every(self, priority: Priority) -> timedelta:
        """The longest silence between two updates, in clock time. Raises ValueError as `target` does."""
        return _clock_time(self.content.update_every.of(priority))

    def calendar(self, name: str) -> Calendar | None:
        """A calendar; nothing when this version of the charter doesn't have it. Every one has `always`."""
        return self.clocks.calendars.get(name)

    @property
    def zone(self) -> str:
        """The time zone of the house: that of the calendar which counts where nothing else is said, or UTC."""
        return self.clocks.calendars[self.content.calendar or ALWAYS].zone

    def waking_hours(self, zone: str) -> Calendar:
        """When surveys may reach somebody whose clock shows the time of an IANA zone.

        Raises ValueError for an unknown zone.
        """
        return waking_hours(self.content.quiet_hours, zone)

    def notices(self, today: date) -> list[str]:
        """What an operator should know although the charter is sound, one sentence each."""
        return [*notices(self.content.calendars, today), *unheard(self.content.teams, self.content.people)]

    @property
    def warnings(self) -> tuple[float, ...]:
        """The shares of a promise's time after which the team is warned, rising; after the last it is at risk."""
        return self.content.warnings

    def warn_at(self, made_at: datetime, due_at: datetime) -> datetime:
        """When a promise in clock time is at risk; the due time when it is not after the time of making."""
        span = due_at - made_at
        return made_at + span * self.content.warn_at if span > timedelta() else due_at

    @property
    def pauses(self) -> tuple[PromiseKind, ...]:
        """The promises whose clock stands still while we wait for the customer."""
        return self.content.pauses

    @property
    def renewals(self) -> int:
        """How many promises of a next update follow a missed one by themselves, until a person writes."""
        return self.content.renewals

    @property
    def reopen_within(self) -> timedelta:
        """For how long after a resolution the customer's reply reopens the incident."""
        given = self.content.reopen_within
        return self.close_after if given is None else given

    @property
    def close_after(self) -> timedelta:
        """How long after its resolution an incident closes itself."""
        return self.content.close_after

    @property
    def verify_after(self) -> timedelta:
        """How long a resolution is watched: when nobody says a word against it until then, it holds."""
        given = self.content.verify_after
        return min(_WATCH, self.close_after) if given is None else given

    @property
    def survey_delay(self) -> timedelta:
        """How long after the fix was verified the customer is asked how it went."""
        return self.content.survey.delay

    @property
    def survey_expires(self) -> timedelta:
        """For how long the answer to a survey is waited for, from the invitation on."""
        return self.content.survey.expires

    @property
    def survey_at_most_every(self) -> timedelta:
        """How long nobody is asked again."""
        return self.content.survey.at_most_every

    @property
    def follow_up_within(self) -> timedelta:
        """Within which time somebody gets in touch with a customer who is not satisfied."""
        return self.content.survey.follow_up_within

    @property
    def improvement_reply_within(self) -> timedelta:
        """Within which time a suggestion is answered."""
        return self.content.survey.improvement_reply_within

    @property
    def survey_questions(self) -> Wording[SurveyQuestions]:
        """What a survey asks."""
        return asked(self.content.survey.questions, self.content.survey.scores)

    def team(self, id: str) -> Team | None:
        """A team; nothing when this version of the charter doesn't have it."""
        entry = self.content.teams.get(id)
        return team(id, entry) if entry else None

    def above(self, team_id: str | None, level: Level) -> Team | None:
        """Who takes over what a team of a level can't solve; nothing when nobody is above it."""
        return above(self.content.teams, team_id, level)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who works on incidents; nobody where the charter names none."""
        calendars, default = self.clocks.calendars, self.content.calendar
        return tuple(person(name, one, calendars, default) for name, one in self.content.people.items())

    def on_shift(self, moment: datetime) -> frozenset[str]:
        """The names of those who work at an aware moment."""
        return frozenset(one.name for one in self.people if is_on_shift(one, moment))

    @property
    def escalate_on_breach(self) -> bool:
        """Whether a missed first response hands the incident to the next level by itself."""
        return self.content.escalate_on_breach


def _version(content: Content, calendars: Mapping[str, Calendar]) -> str:
    dates = {name: calendar.version for name, calendar in calendars.items()}
    normal = json.dumps([content.model_dump(mode="json"), dates], sort_keys=True)
    return hashlib.sha256(normal.encode()).hexdigest()[:12]


def _clock_time(target: Target) -> timedelta:
    if not target.on_clock:
        raise ValueError(f"{target} is working time, which only a goal can count")
    return target.open_time(ALWAYS_OPEN)
