"""Customers get what is meant for them: by type, and in 10,000 renderings whose record is full of what is not."""

import ast
import random
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from inspect import getsource
from itertools import cycle, islice
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

from candor_common.events import (
    Channel,
    Incident,
    IncidentStatus,
    Link,
    LinkKind,
    Plan,
    Promise,
    PromiseKind,
    Value,
)
from candor_notifier import case, letters, render
from candor_notifier.compose import compose
from candor_notifier.domain.audience import ForCustomer
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    LANGUAGES,
    NOON,
    SENDER,
    VOICE,
    a_promise,
    after,
    an_incident,
    of_every_kind,
)

RENDERINGS = 10_000
PLAIN = {str, bool, datetime, timedelta, type(None), PromiseKind, *LANGUAGES}


def parts(of: Any) -> set[Any]:
    """Every type that a value of this one can hold."""
    if is_dataclass(of):
        return set().union(*(parts(hint) for hint in get_type_hints(of).values()))
    return set().union(*(parts(one) for one in get_args(of))) if get_args(of) else {of}


def test_nothing_but_plain_values_fits_into_what_is_rendered_for_a_customer() -> None:
    assert parts(ForCustomer) <= PLAIN
    assert not any(isinstance(one, type) and issubclass(one, Value) for one in parts(ForCustomer))


@pytest.mark.parametrize("module", [letters, case])
def test_what_puts_words_together_knows_no_snapshot(module: ModuleType) -> None:
    imported = [
        alias.name
        for node in ast.walk(ast.parse(getsource(module)))
        if isinstance(node, ast.ImportFrom) and node.module == "candor_common.events"
        for alias in node.names
    ]
    assert set(imported) <= {"PromiseKind"}


def test_templates_get_no_snapshot() -> None:
    names = get_type_hints(render.told)
    assert names["one"] is ForCustomer
    assert {field.name for field in fields(ForCustomer)}.isdisjoint(Incident.model_fields.keys() - SHARED)


SHARED = {"title", "language", "team", "owner"}
"""What customers are told of an incident under the name it has there."""


class Secrets:
    """Marks that no customer may ever see, and the record that they stand in."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def mark(self, place: str) -> str:
        return f"SECRET-{place}-{self._random.randrange(10**9):09}"

    def incident(self, known: Incident) -> Incident:
        plan = Plan(what=self.mark("what"), who=self.mark("who"), timetable=self.mark("timetable"))
        secret = {
            "reason": self.mark("reason"),
            "second": self.mark("second"),
            "customer": self.mark("customer"),
            "signal_key": self.mark("signal"),
            "charter_version": self.mark("charter"),
            "plan": plan,
            "merged_into": self.mark("merged"),
            "links": (Link(incident_id=self.mark("link"), kind=LinkKind.RELATED),),
            "reopened": self._random.randrange(3),
            "channel": self._random.choice(list(Channel)),
        }
        return known.model_copy(update=secret)

    def promise(self, known: Promise) -> Promise:
        secret = {"owner": self.mark("keeper"), "calendar": self.mark("calendar")}
        return known.model_copy(update={**secret, "charter_version": self.mark("charter")})

    def due(self, known: Due) -> Due:
        words = known.words
        if words.missed:
            words = replace(words, missed=self.promise(words.missed))
        if words.before:
            words = replace(words, before=tuple(map(self.promise, words.before)))
        incident = self.incident(known.incident) if known.incident else None
        if incident and self._random.random() < 0.5:
            incident = incident.model_copy(update={"status": self._random.choice(list(IncidentStatus))})
        promises = tuple(map(self.promise, (*known.promises, *self._others())))
        return replace(
            known, words=words, incident=incident, promises=promises, traceparent=self.mark("trace")
        )

    def _others(self) -> list[Promise]:
        kinds = self._random.sample(list(PromiseKind), self._random.randrange(3))
        return [a_promise(kind, due_at=after(minutes=self._random.randrange(-60, 600))) for kind in kinds]


def test_what_only_the_team_may_know_never_comes_out() -> None:
    every = [due for language in LANGUAGES for due in of_every_kind(language)]
    for seed, due in enumerate(islice(cycle(every), RENDERINGS)):
        planted = Secrets(seed).due(due)
        mail = render.render(planted, VOICE)
        for said in (mail.subject, mail.text, mail.html, mail.gist, mail.next_by):
            assert "SECRET" not in said, (seed, due.message.kind)


def test_the_bytes_of_a_mail_hold_no_more_than_its_words() -> None:
    for seed, due in enumerate(of_every_kind()):
        planted = Secrets(seed).due(due)
        raw = compose(render.render(planted, VOICE), planted.message, planted.thread, SENDER)
        assert b"SECRET" not in raw


def test_a_request_is_repeated_in_its_first_lines_and_without_what_it_quotes() -> None:
    description = "The shop is down\n\n> earlier words\nSince noon.\nAll pages.\nAll regions.\nPlease hurry."
    incident = an_incident(title="The shop is down", description=description)
    [received] = [one for one in of_every_kind() if one.message.kind == "acknowledgement"]
    text = render.render(replace(received, incident=incident), VOICE).text
    assert "As we understand it: The shop is down\nSince noon.\nAll pages.\nAll regions.\n\n" in text
    assert NOON.isoformat() not in text
