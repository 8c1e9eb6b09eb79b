"""What a customer sees: their own words and ours to them, in their language, and nothing else."""

import string
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor_common.charter import Team
from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Fact,
    IncidentAcknowledged,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Level,
    Plan,
    PlanMade,
    PromiseKind,
    PromiseState,
    Question,
    Update,
    WorkaroundGiven,
)
from candor_common.languages import Language
from candor_common.times import written
from candor_triage.customer_words import OF_NO_FAULT, WORDS
from candor_triage.domain import timeline
from candor_triage.domain.customer_view import Ours, Record, Theirs, Words, view, words_of
from candor_triage.domain.timeline import Entry
from candor_triage.pages.customer import Tried
from candor_triage.pages.frame import templates
from tests.unit.notifier.test_no_fault import OF_FAULTS
from tests.unit.triage.builders import FIXED, LI, NOON, after, an_incident
from tests.unit.triage.promises import a_pledge

TEAM = Team("desk-internal-id", "Service desk", Level.L1, lead="secret lead")
SECRET = "XSECRETX"


def a_record(**given: Any) -> Record:
    usual: dict[str, Any] = {
        "incident": an_incident(),
        "team": TEAM,
        "pledges": [],
        "ours": [],
        "entries": [],
    }
    return Record(**usual | given)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (
            IncidentUpdated(incident=an_incident(), by="ana", update=Update(doing="d", expect="e")),
            Words(kind="update", doing="d", expect="e"),
        ),
        (
            CustomerAsked(
                incident=an_incident().model_copy(update={"question": Question(text="q", asked_at=NOON)}),
                by="ana",
            ),
            Words(kind="question", text="q"),
        ),
        (
            EstimateGiven(
                incident=an_incident().model_copy(
                    update={"estimate": Estimate(fixed_by=NOON, reason="r", given_at=NOON)}
                ),
                by="ana",
            ),
            Words(kind="estimate", fixed_by=NOON, reason="r"),
        ),
        (
            WorkaroundGiven(incident=an_incident().model_copy(update={"workaround": "w"}), by="ana"),
            Words(kind="workaround", text="w"),
        ),
        (
            IncidentResolved(incident=an_incident(), by="ana", resolution=FIXED),
            Words(kind="resolution", **FIXED.model_dump()),
        ),
        (PlanMade(incident=an_incident(), by="ana", plan=Plan(what="w", who="w", timetable="t")), None),
        (IncidentAcknowledged(incident=an_incident(), by="ana"), None),
        (IncidentReopened(incident=an_incident(), by="ana", reason="r"), None),
    ],
)
def test_only_words_that_were_written_for_the_customer_are_kept(fact: Fact, words: Words | None) -> None:
    assert words_of(fact) == words


def test_the_history_has_our_words_and_theirs_the_newest_first() -> None:
    ours = Ours(after(hours=1), Words(kind="update", doing="d", expect="e"))
    entries = [
        Entry("INC-000001", "reply", after(hours=2), "Li Wei <li@example.com>", "And now?"),
        Entry("INC-000001", "reply", after(hours=3), "Somebody <else@example.org>", "Not theirs"),
        Entry("INC-000001", "note", after(hours=3), "Li Wei <li@example.com>", "Not even under their name"),
    ]
    history = view(a_record(ours=[ours], entries=entries), after(hours=4)).history
    assert history == (
        Theirs(after(hours=2), "And now?"),
        ours,
        Theirs(NOON, "The page does not load, error 500."),
    )


def test_the_estimate_stands_in_the_place_of_the_target() -> None:
    target = a_pledge("t", kind=PromiseKind.RESOLUTION, due_at=after(hours=4))
    estimate = a_pledge("e", kind=PromiseKind.ESTIMATE, due_at=after(hours=6))
    assert view(a_record(pledges=[target]), NOON).fixed_by == after(hours=4)
    found = view(a_record(pledges=[target, estimate]), NOON)
    assert (found.fixed_by, found.fix_is_estimate) == (after(hours=6), True)


def test_no_date_that_has_passed_or_stands_still_is_promised() -> None:
    passed = a_pledge("p", due_at=after(hours=1))
    paused = a_pledge("q", kind=PromiseKind.NEXT_UPDATE, running=False, due_at=after(hours=9))
    assert view(a_record(pledges=[passed, paused]), after(hours=2)).next_word_by is None


def test_a_miss_is_said_until_it_is_made_good() -> None:
    missed = a_pledge("m", state=PromiseState.BREACHED)
    renewed = a_pledge("r", kind=PromiseKind.NEXT_UPDATE, due_at=after(hours=3))
    found = view(a_record(pledges=[missed, renewed]), after(hours=2))
    assert (found.missed_word, found.next_word_by) == (after(hours=1), after(hours=3))
    kept = a_pledge(
        "r",
        kind=PromiseKind.NEXT_UPDATE,
        state=PromiseState.KEPT,
        due_at=after(hours=3),
        kept_at=after(hours=2),
    )
    assert view(a_record(pledges=[missed, kept]), after(hours=2)).missed_word is None


def test_who_has_it_is_told_by_public_names() -> None:
    incident = an_incident().model_copy(update={"owner": "ana", "second": "bo"})
    found = view(a_record(incident=incident), NOON)
    assert (found.person, found.team) == ("ana", "Service desk")
    assert "bo" not in str(asdict(found)).replace("bool", "")


def rendered(record: Record, language: Language) -> str:
    def time(moment: datetime) -> str:
        return written(moment, WORDS[language].locale, WORDS[language].moment, "Asia/Shanghai")

    return templates.get_template("customer.html").render(
        language=language,
        text=WORDS[language],
        house="Support",
        view=view(record, after(hours=2)),
        time=time,
        brief=time,
        zone_name="China Standard Time",
        tried=Tried(lacks="number"),
        longest_number=40,
        longest_when=200,
        over=False,
        can=["confirm", "reopen"],
        home="/c/token",
        once="1",
        longest=8000,
    )


internal = st.sampled_from(
    [
        "note",
        "decision",
        "warning",
        "priority_changed",
        "planned",
        "assigned",
        "help_asked",
        "signal",
        "merged",
    ]
)
texts = st.text(string.printable, max_size=30).map(lambda text: f"{text}{SECRET}{text}")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(internal, texts, st.sampled_from(["ana", "li@example.com", "Li <li@example.com>"]))),
    texts,
    st.sampled_from(list(IncidentStatus)),
    st.sampled_from(list(WORDS)),
)
def test_nothing_internal_comes_to_the_customer_whatever_the_team_writes(
    entries: list[tuple[str, str, str]], secret: str, status: IncidentStatus, language: Language
) -> None:
    internal_parts = {
        "status": status,
        "reason": secret,
        "second": secret,
        "team": SECRET,
        "plan": Plan(what=secret, who=secret, timetable=secret),
        "customer": secret,
        "signal_key": SECRET,
        "merged_into": SECRET,
    }
    record = a_record(
        incident=an_incident().model_copy(update=internal_parts),
        entries=[
            *(Entry("INC-000001", kind, NOON, who, text) for kind, text, who in entries),
            timeline.of_note("INC-000001", "ana", secret, NOON),
            timeline.of_decision("INC-000001", LI.address, secret, NOON),
            Entry("INC-000001", "reply", NOON, "x@other.example", secret),
        ],
    )
    page = rendered(record, language)
    assert SECRET not in page
    assert TEAM.id not in page
    assert TEAM.lead is not None
    assert TEAM.lead not in page


def test_every_text_exists_in_every_language_with_the_same_places() -> None:
    for one in fields(WORDS["en"]):
        texts_of = [getattr(words, one.name) for words in WORDS.values()]
        if one.name.endswith("statuses"):
            assert all(set(told) == set(IncidentStatus) and all(told.values()) for told in texts_of)
            continue
        assert all(isinstance(text, str) and text.strip() for text in texts_of), one.name
        assert len({frozenset(places(text)) for text in texts_of}) == 1, one.name


def test_the_chinese_texts_are_two_different_ones_in_their_own_characters() -> None:
    hans, hant = WORDS["zh-Hans"], WORDS["zh-Hant"]
    assert all(character not in str(hans) for character in "們務標誤關補")
    assert all(character not in str(hant) for character in "们务标误关补")


@pytest.mark.parametrize("language", list(OF_NO_FAULT))
def test_nothing_is_fixed_where_nothing_is_broken(language: Language) -> None:
    texts = asdict(OF_NO_FAULT[language])
    said = [text for name, text in texts.items() if not name.startswith("no_fault_") and name != "statuses"]
    wrong = [text for text in (*said, *texts["statuses"].values()) if OF_FAULTS[language].search(text)]
    assert wrong == []


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
