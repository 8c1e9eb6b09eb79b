"""The words of every kind of message, complete and alike in the three languages."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from candor_common.events import (
    Channel,
    IncidentStatus,
    MessageKind,
    PromiseKind,
    PromiseState,
)
from candor_common.languages import Language
from candor_notifier.domain.short import MOST_SEGMENTS, segments, short
from candor_notifier.domain.words import WORDS
from candor_notifier.render import render
from tests.unit.common.test_wording import texts
from tests.unit.notifier.builders import (
    LANGUAGES,
    PAGE,
    VOICE,
    a_breach_notice,
    a_closing,
    a_handover,
    a_merger,
    a_nudge,
    a_promise,
    a_question,
    a_reopening,
    a_resolution,
    a_workaround,
    after,
    an_answer,
    an_incident,
    of_every_kind,
)
from tests.unit.notifier.test_render import lines

PLACE = re.compile(r"{(\w+)}")
TO_NO_CUSTOMER = {MessageKind.NUDGE, MessageKind.UNKNOWN}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_message_to_a_customer_has_words(language: Language) -> None:
    kinds = {due.message.kind for due in of_every_kind(language)}
    assert kinds == set(MessageKind) - TO_NO_CUSTOMER
    for due in of_every_kind(language):
        mail = render(due, VOICE)
        assert mail.subject
        assert mail.gist
        assert mail.next_by
        assert not PLACE.search(mail.subject + mail.text + mail.html)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_customers_are_addressed_politely_and_never_called_a_ticket(language: Language) -> None:
    whole = "".join(texts(WORDS[language]).values())
    assert "您" in whole
    assert "工单" not in whole
    assert "工單" not in whole


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_chinese_speaks_of_requests_and_contact_and_not_of_letters(language: Language) -> None:
    whole = "".join(texts(WORDS[language]).values())
    assert not re.search("写信|寫信|来信|來信|答应|答應|[()]", whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_exclaimed(language: Language) -> None:
    assert not set("!！") & set("".join(texts(WORDS[language]).values()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_leads_to_the_page_of_the_customer(language: Language) -> None:
    for due in of_every_kind(language):
        mail = render(due, VOICE)
        resolved = due.message.kind is MessageKind.RESOLUTION
        label = WORDS[language].confirm_page if resolved else WORDS[language].page
        colon = ": " if language == "en" else "："
        assert f"{label}{colon}{PAGE}\n" in mail.text
        assert f'<a href="{PAGE}" target="_blank" rel="noopener">{label}</a>' in mail.html


def test_without_a_page_there_is_no_link() -> None:
    due = a_resolution()
    mail = render(replace(due, words=replace(due.words, page=None)), VOICE)
    assert "http" not in mail.text
    assert "href" not in mail.html


def test_a_question_stands_first_and_waits_for_the_answer() -> None:
    mail = render(a_question("Which browser is it?"), VOICE)
    assert mail.text.startswith("To go on, we need something from you:\nWhich browser is it?\n\n")
    assert lines(mail)["Next word by"] == "We will write to you once we have your answer."
    assert "Which browser is it?" in mail.gist


WATCHING = replace(VOICE, watch=lambda _incident: after(days=2))


def test_a_resolution_says_since_when_it_works_and_until_when_it_is_watched() -> None:
    known = an_incident(status=IncidentStatus.RESOLVED, resolved_at=after(minutes=-1))
    said = lines(render(a_resolution(incident=known), WATCHING))
    since, until = "Tue 3 Mar, 19:59 (China Standard Time)", "Thu 5 Mar, 20:00 (China Standard Time)"
    assert said["What we are doing"] == f"As far as we can see, it has been working again since {since}."
    assert said["Next word by"].startswith(f"We keep watching it until {until}.")


def test_where_nothing_is_watched_any_more_nothing_is_said_of_it() -> None:
    over = replace(VOICE, watch=lambda _incident: after(minutes=-1))
    assert lines(render(a_resolution(), over))["Next word by"] == WORDS["en"].finished


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resolution_on_a_telephone_asks_to_confirm_and_has_the_link(language: Language) -> None:
    due = a_resolution(incident=an_incident(language=language, status=IncidentStatus.RESOLVED))
    mail = render(replace(due, message=due.message.model_copy(update={"channel": Channel.SMS})), WATCHING)
    told = short(mail.gist, mail.next_by, "INC-000042")
    assert told.endswith(f"{PAGE} [INC-000042]")
    assert WORDS[language].confirm_short.partition("{")[0] in told
    assert segments(told) <= MOST_SEGMENTS


def test_whoever_has_nothing_to_confirm_is_asked_to_reply_if_it_is_not_solved() -> None:
    merged = an_incident(status=IncidentStatus.MERGED, merged_into="INC-000040")
    mail = render(a_resolution(incident=merged), VOICE)
    assert lines(mail)["What to expect"] == "If it still does not work for you, just reply and we go on."
    assert "link below" not in mail.text
    assert mail.next_by == WORDS["en"].not_solved


@pytest.mark.parametrize(
    ("since", "says"), [(None, "It waits for somebody"), (after(), "Somebody has taken it on")]
)
def test_only_what_a_person_took_is_said_to_be_taken(since: datetime | None, says: str) -> None:
    given = an_incident(owner="Ana", acknowledged_at=since)
    assert lines(render(a_breach_notice(a_promise(), given), VOICE))["What we are doing"].startswith(says)


def test_who_is_merged_hears_which_reference_goes_on_and_that_nothing_is_lost() -> None:
    mail = render(a_merger("INC-000040"), VOICE)
    assert mail.subject == "Goes on as INC-000040: The shop answers with error 502 [INC-000042]"
    said = lines(mail)
    assert "same matter as INC-000040" in said["What we are doing"]
    assert "Nothing that you told us is lost." in said["What to expect"]
    assert "whatever you reply reaches" in said["What to expect"]
    assert said["Next word by"] == "We will write to you as soon as it works again."


def test_an_answer_to_a_suggestion_stands_as_it_was_written() -> None:
    mail = render(an_answer("We hired <two> more.\nThank you."), VOICE)
    assert mail.text.startswith(
        "Thank you for telling us how it went. Our answer:\nWe hired <two> more.\nThank you.\n"
    )
    assert lines(mail)["What you wrote"] == "Write earlier."
    assert (
        lines(mail)["Next word by"] == "Nothing is left for us to do here. If you write, we take it up again."
    )


def test_a_reply_to_a_low_score_says_nothing_of_what_is_noted_for_the_team() -> None:
    score = {"kind": PromiseKind.FOLLOW_UP, "about": "overall 1 of 5", "reply": "We are sorry."}
    mail = render(an_answer("She was grumpy.", None, **score), VOICE)
    assert mail.subject.startswith("Our answer to your feedback: ")
    assert mail.text.startswith("Thank you for telling us how it went. Our answer:\nWe are sorry.\n")
    assert "What you wrote" not in lines(mail)
    for ours in ("grumpy", "1 of 5", "suggestion"):
        assert ours not in mail.text


def test_an_answer_about_what_goes_on_again_names_the_next_word() -> None:
    open_again = an_incident(status=IncidentStatus.REOPENED)
    said = lines(render(an_answer("We do.", open_again, a_promise()), VOICE))
    assert said["Next word by"].startswith("We will write to you by Tue 3 Mar, 21:00")


def test_an_answer_that_was_not_given_in_time_is_owned_up_to_as_one() -> None:
    missed = a_promise(PromiseKind.NEXT_REPLY, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    assert render(a_breach_notice(missed), VOICE).text.startswith("We promised to answer you by ")


def test_a_handover_names_the_team_and_who_has_it() -> None:
    said = lines(render(a_handover(None, a_promise()), VOICE))
    assert said["What we are doing"] == "We have handed your request to another team: Storage."
    assert said["Next word by"].startswith("We will write to you by Tue 3 Mar, 21:00")
    assert said["Who has it"] == "Storage; nobody by name yet"


def test_a_workaround_stands_first() -> None:
    mail = render(a_workaround("Use the second\naddress."), VOICE)
    assert mail.text.startswith("Until it is fixed, you can go on like this:\nUse the second\naddress.\n\n")
    assert "It is not fixed yet." in lines(mail)["What to expect"]


def test_the_last_resort_owns_up_and_says_that_nobody_wrote_it() -> None:
    missed = a_promise(PromiseKind.NEXT_UPDATE, state=PromiseState.BREACHED, due_at=after(minutes=-1))
    mail = render(a_breach_notice(missed, None, last=True), VOICE)
    assert mail.text.startswith("We promised to write to you by Tue 3 Mar, 19:59 (China Standard Time)")
    assert "so this message was sent automatically" in mail.text
    assert lines(mail)["Next word by"] == "We will write to you as soon as we know more."


def test_what_is_opened_again_has_a_new_promise() -> None:
    said = lines(render(a_reopening(None, a_promise(PromiseKind.NEXT_UPDATE)), VOICE))
    assert said["Next word by"].startswith("We will write to you by Tue 3 Mar, 21:00")


def test_a_closing_promises_nothing() -> None:
    said = lines(render(a_closing(), VOICE))
    assert said["Next word by"] == "Nothing is left for us to do here."


def test_a_nudge_is_short_english_and_leads_to_the_console() -> None:
    incident = an_incident(language="zh-Hans", owner="Ana")
    mail = render(a_nudge(a_promise(), incident), VOICE)
    by = "Tue 3 Mar, 21:00 (China Standard Time)"
    assert mail.subject == (
        "Due soon: the first answer to the customer: The shop answers with error 502 [INC-000042]"
    )
    assert mail.text.startswith(f"Due soon: the first answer to the customer, by {by}.\n\nP1: The shop")
    assert "Ana (Network) has it." in mail.text
    assert "\nhttps://help.example/incidents/INC-000042\n" in mail.text
    assert mail.text.endswith("becomes a note for the team. The customer does not get to read it.\n")
    assert mail.html == ""
    assert PAGE not in mail.text


def test_a_nudge_to_the_lead_says_what_was_missed() -> None:
    mail = render(a_nudge(a_promise(PromiseKind.NEXT_UPDATE), missed=True), VOICE)
    assert mail.subject.startswith("Missed: the next word to the customer: ")
    assert "nobody by name yet" in mail.text
