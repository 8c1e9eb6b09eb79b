"""To which incident a message belongs."""

import pytest

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.conversations import Conversations, member_key, message_key, parents_of, tokens_of
from candor_intake.domain.inbound import Request, Thread

ZHANG = "zhang@example.com"


def a_request(thread: Thread | None, sender: str = ZHANG, origin: Origin = Origin.HUMAN) -> Request:
    return Request(Contact(address=sender), "Printer", "It is broken.", Channel.MAIL, origin, thread=thread)


def answering(*parents: str, sender: str = ZHANG) -> Request:
    return a_request(Thread("<new@x>", parents), sender)


def known(**led_to: str) -> Conversations:
    """One mail that leads to INC-000001, in which Zhang takes part; `INC_000002="INC-000001"` for what led where."""
    led = {reference.replace("_", "-"): incident for reference, incident in led_to.items()}
    return Conversations({"<old@x>": "INC-000001"}, led, {("INC-000001", ZHANG)})


def test_an_answer_joins_what_it_answers() -> None:
    assert known().joined(answering("<old@x>")) == "INC-000001"
    assert known().joined(answering("<lost@x>", "<old@x>")) == "INC-000001"
    assert known().joined(answering("<lost@x>")) is None


@pytest.mark.parametrize("sender", ["Zhang@Example.com", "zhang+work@example.com"])
def test_a_mailbox_has_many_spellings(sender: str) -> None:
    assert known().joined(answering("<old@x>", sender=sender)) == "INC-000001"


@pytest.mark.parametrize("sender", ["else@example.com", "", "zhang@example.org"])
def test_nobody_else_joins(sender: str) -> None:
    assert known().joined(answering("<old@x>", sender=sender)) is None
    assert known().joined(a_request(Thread(None, (), ("INC-000001",)), sender)) is None


def test_a_message_without_a_thread_is_new() -> None:
    assert known().joined(a_request(None)) is None


def test_a_token_joins_in_any_case_of_its_letters() -> None:
    assert known().joined(a_request(Thread(None, (), ("t0ken", "inc-000001")))) == "INC-000001"


@pytest.mark.parametrize(
    ("thread", "joined"),
    [
        (Thread("<new@x>", ("<old@x>",), ("INC-000002",)), "INC-000001"),
        (Thread("<new@x>", ("<old@x>",), ("INC-000002",), ("INC-000003",)), "INC-000003"),
        (Thread("<new@x>", (), ("INC-000002",), ("INC-000001",)), "INC-000001"),
        (Thread("<new@x>", ("<old@x>",), (), ("t0ken",)), "INC-000001"),
    ],
    ids=["headers before the subject", "the address before all", "the address before the subject", "no such"],
)
def test_the_address_counts_most_then_what_a_message_answers_then_what_it_names(
    thread: Thread, joined: str
) -> None:
    members = {(f"INC-00000{number}", ZHANG) for number in (1, 2, 3)}
    assert Conversations({"<old@x>": "INC-000001"}, {}, members).joined(a_request(thread)) == joined


def test_what_the_sender_takes_no_part_in_is_passed_over() -> None:
    conversations = Conversations({"<old@x>": "INC-000001"}, {}, {("INC-000001", ZHANG)})
    both = a_request(Thread("<new@x>", ("<old@x>",), (), ("INC-000009",)))
    assert conversations.joined(both) == "INC-000001"


@pytest.mark.parametrize(
    ("thread", "touched"),
    [
        (Thread("<new@x>", ("<old@x>",)), "INC-000001"),
        (Thread(None, (), ("inc-000001",)), "INC-000001"),
        (Thread(None, (), ("INC-000002",)), "INC-000001"),
        (Thread(None, (), (), ("INC-000001",)), "INC-000001"),
        (Thread(None, ("<lost@x>",), ("INC-999999",), ("t0ken",)), None),
        (None, None),
    ],
)
def test_what_a_stranger_answers_or_names_is_known_where_it_exists(
    thread: Thread | None, touched: str | None
) -> None:
    stranger = a_request(thread, "else@example.com")
    conversations = known(INC_000002="INC-000001")
    assert (conversations.joined(stranger), conversations.touched(stranger)) == (None, touched)


def of_customers(**customer_of: str) -> Conversations:
    """Zhang and whoever has been nudged take part in INC-000001; the names are those of mailboxes at example.com."""
    members = {("INC-000001", ZHANG), ("INC-000001", "ana@house.example")}
    conversations = Conversations({"<old@x>": "INC-000001"}, {}, members)
    conversations.know({f"{name}@example.com": customer for name, customer in customer_of.items()})
    return conversations


@pytest.mark.parametrize("thread", [Thread(None, ("<old@x>",)), Thread(None, (), ("INC-000001",))])
def test_a_contact_of_the_same_customer_joins(thread: Thread) -> None:
    colleague = a_request(thread, "li@example.com")
    assert of_customers(zhang="shop", li="shop").joined(colleague) == "INC-000001"
    assert of_customers(zhang="shop").joined(colleague) is None
    assert of_customers(li="shop").joined(colleague) is None
    assert of_customers(zhang="shop", li="bank").joined(colleague) is None


def test_where_contacts_of_two_customers_take_part_nobody_else_joins() -> None:
    both = Conversations(
        {}, {}, {("INC-000001", ZHANG), ("INC-000001", "wu@bank.example"), ("INC-000002", "li@example.com")}
    )
    both.know({ZHANG: "shop", "wu@bank.example": "bank", "li@example.com": "shop"})
    assert both.joined(a_request(Thread(None, (), ("INC-000001",)), "li@example.com")) is None
    assert both.mailboxes == {ZHANG, "wu@bank.example", "li@example.com"}


def test_a_reference_leads_to_the_incident_that_its_request_joined() -> None:
    named = a_request(Thread(None, (), ("INC-000002",)))
    assert known(INC_000002="INC-000001").joined(named) == "INC-000001"
    assert known().joined(named) is None


def test_a_bounce_follows_the_mail_that_it_brings_back_and_no_token() -> None:
    daemon = "mailer-daemon@mx.example.com"
    assert known().joined(a_request(Thread("<b@mx>", ("<old@x>",)), daemon, Origin.BOUNCE)) == "INC-000001"
    assert known().joined(a_request(Thread("<b@mx>", (), ("INC-000001",)), daemon, Origin.BOUNCE)) is None


def test_what_is_noted_is_known_at_once() -> None:
    conversations = Conversations({}, {}, ())
    first = a_request(Thread("<one@x>"))
    conversations.note(first, "INC-000005", conversations.joined(first))
    reply = a_request(Thread("<two@x>", ("<one@x>",)))
    assert conversations.joined(reply) == "INC-000005"
    conversations.note(reply, "INC-000006", "INC-000005")
    assert conversations.new_messages == {"<one@x>": "INC-000005", "<two@x>": "INC-000005"}
    assert conversations.new_members == {("INC-000005", ZHANG), ("INC-000006", ZHANG)}


@pytest.mark.parametrize("request_", [a_request(None, ""), a_request(None, "daemon@mx", Origin.BOUNCE)])
def test_who_can_not_be_answered_takes_part_in_nothing(request_: Request) -> None:
    conversations = Conversations({}, {}, ())
    conversations.note(request_, "INC-000001", None)
    assert conversations.new_members == set()


def test_long_names_are_kept_short_and_stay_different() -> None:
    keys = {message_key(f"<{'x' * 990}{n}@y>") for n in range(3)} | {
        member_key(f"{'x' * 400}{n}@y.example") for n in range(3)
    }
    assert len(keys) == 6
    assert all(len(key) <= 80 for key in keys)
    assert message_key("<a@b>") == "<a@b>"


def test_what_to_look_for_is_gathered_from_all_requests() -> None:
    requests = [
        answering("<a@x>"),
        answering("<b@x>"),
        a_request(Thread(None, (), ("inc-000001",))),
        a_request(Thread(None, (), (), ("inc-000002",))),
        a_request(None),
    ]
    assert parents_of(requests) == {"<a@x>", "<b@x>"}
    assert tokens_of(requests) == {"INC-000001", "INC-000002"}


@pytest.mark.parametrize("sender", ["", "slack:T1/U2"])
def test_what_a_provider_vouches_for_joins_whoever_wrote_it(sender: str) -> None:
    assert known().joined(answering("<old@x>", sender=sender), vouched=True) == "INC-000001"
    assert known().joined(answering("<lost@x>", sender=sender), vouched=True) is None


def test_a_reference_proves_nothing_even_where_the_provider_vouches() -> None:
    named = Thread("sms:1", (), ("INC-000001",))
    assert known().joined(a_request(named, "+8613800138000"), vouched=True) is None
    assert known().joined(a_request(named), vouched=True) == "INC-000001"
