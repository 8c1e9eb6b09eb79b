"""The public web form, and the form for people who take a call."""

from dataclasses import fields as fields_of
from string import Formatter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Channel, Contact, Origin
from candor_intake.domain.inbound import Ignored, Request
from candor_intake.domain.language import Language
from candor_intake.sources import call_note, form
from candor_intake.sources.form import MEGABYTE, Upload
from candor_intake.sources.form_words import FORM_WORDS, FaultKey, FieldFault, FormWords, Unfilled
from tests.unit.intake.doors import ODD_TEXT, check_fit

GOOD = {"name": "张三", "address": "zhang@example.com", "subject": "打印机", "text": "打印机坏了\r\n三楼"}
PNG = Upload("a.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
LANGUAGES: tuple[Language, ...] = get_args(Language)


def request(*uploads: Upload, **changes: str) -> Request:
    inbound = form.parse(GOOD | changes, uploads)
    assert isinstance(inbound, Request)
    check_fit(inbound)
    return inbound


def faults(changes: dict[str, str], *uploads: Upload) -> dict[str, FieldFault]:
    with pytest.raises(Unfilled) as caught:
        form.parse(GOOD | changes, uploads)
    return caught.value.faults


def test_a_form_is_a_request_of_whoever_filled_it_in() -> None:
    read = request(urgent="on", submission="5f1c")
    assert read == Request(
        sender=Contact(address="zhang@example.com", name="张三"),
        subject_line="打印机",
        text="打印机坏了\n三楼",
        channel=Channel.FORM,
        origin=Origin.HUMAN,
        language="zh-Hans",
        urgent=True,
        dedup_key=read.dedup_key,
    )
    assert read.dedup_key.startswith("form:5f1c/")


def test_a_subject_is_made_of_the_text_where_there_is_none() -> None:
    assert request(subject=" ").subject_line == "打印机坏了"


def test_the_language_of_the_page_decides_only_where_the_words_leave_it_open() -> None:
    assert request(text="ERR 12", subject="", language="zh-TW").language == "zh-Hant"
    assert request(language="en").language == "zh-Hans"


def test_a_second_click_is_a_repeat_and_the_same_words_later_are_not() -> None:
    assert request(submission="1").dedup_key == request(submission="1").dedup_key
    assert request(submission="1").dedup_key != request(submission="2").dedup_key
    assert request().dedup_key == ""


def test_what_fills_in_the_field_that_nobody_sees_is_ignored() -> None:
    assert isinstance(form.parse(GOOD | {"website": "https://spam.example"}, [PNG]), Ignored)


@pytest.mark.parametrize(
    ("changes", "field", "key"),
    [
        ({"address": ""}, "address", FaultKey.MISSING),
        ({"address": "zhang"}, "address", FaultKey.NO_ADDRESS),
        ({"address": "a@b, c@d"}, "address", FaultKey.NO_ADDRESS),
        ({"address": "x" * 320 + "@example.com"}, "address", FaultKey.TOO_LONG),
        ({"text": " \n "}, "text", FaultKey.MISSING),
        ({"text": "x" * 100_001}, "text", FaultKey.TOO_LONG),
        ({"subject": "x" * 301}, "subject", FaultKey.TOO_LONG),
        ({"name": "x" * 201}, "name", FaultKey.TOO_LONG),
    ],
)
def test_a_fault_belongs_to_its_field(changes: dict[str, str], field: str, key: FaultKey) -> None:
    assert {name: fault.key for name, fault in faults(changes).items()} == {field: key}


def test_all_faults_are_found_at_once() -> None:
    assert faults({"address": "", "text": ""}, Upload("x", "", b"")).keys() == {
        "address",
        "text",
        "attachments",
    }


def test_files_are_described_by_their_content() -> None:
    (whole,) = request(Upload("C:\\temp\\报告.pdf", "text/html", b"%PDF-1.7\n")).files
    file = whole.attachment
    assert whole.content == b"%PDF-1.7\n"
    assert (file.name, file.declared_type, file.sniffed_type) == ("报告.pdf", "text/html", "application/pdf")


def test_no_file_chosen_is_no_file() -> None:
    assert request(Upload("", "application/octet-stream", b"")).files == ()


@pytest.mark.parametrize(
    ("uploads", "key"),
    [
        ([PNG] * 6, FaultKey.TOO_MANY_FILES),
        ([Upload("a.txt", "text/plain", b"")], FaultKey.FILE_EMPTY),
        ([Upload("a.png", "image/png", b"MZ\x90\0\x03")], FaultKey.FILE_TYPE),
        ([Upload("a.txt", "text/plain", b"x" * (10 * MEGABYTE + 1))], FaultKey.FILE_TOO_LARGE),
        ([Upload("a.txt", "text/plain", b"x" * 7 * MEGABYTE)] * 3, FaultKey.FILES_TOO_LARGE),
    ],
)
def test_files_have_limits(uploads: list[Upload], key: FaultKey) -> None:
    assert faults({}, *uploads)["attachments"].key == key


def test_files_within_the_limits_are_taken() -> None:
    assert len(request(*[PNG] * 5).files) == 5
    assert request(Upload("a.txt", "text/plain", b"x" * 10 * MEGABYTE)).files


# The sentences


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_fault_has_a_sentence() -> None:
    assert {one.name for one in fields_of(FormWords)} == set(FaultKey)


@pytest.mark.parametrize("key", FaultKey)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_its_limit_and_its_file(key: FaultKey, language: Language) -> None:
    template = str(getattr(FORM_WORDS[language], key))
    sentence = FieldFault(key, 5, "{most}.png").text(language)
    assert ("{most}.png" in sentence) is ("name" in places(template))
    assert ("5" in sentence) is ("most" in places(template))


# The call note

NOTE = {"name": "Zhang San", "number": "+86 138-0013-8000", "text": "打印机坏了", "callback": "on"}


def note(**changes: str) -> Request:
    read = call_note.parse(NOTE | changes, taken_by="ada")
    check_fit(read)
    return read


def note_faults(**changes: str) -> dict[str, FaultKey]:
    with pytest.raises(Unfilled) as caught:
        note(**changes)
    return {name: fault.key for name, fault in caught.value.faults.items()}


def test_a_call_note_is_a_request_of_the_caller() -> None:
    read = note(urgent="1", submission="7")
    assert read == Request(
        sender=Contact(address="+8613800138000", name="Zhang San"),
        subject_line="Zhang San (+8613800138000) 的来电",
        text="打印机坏了\n\n请回电：+8613800138000",
        channel=Channel.PHONE,
        origin=Origin.HUMAN,
        language="zh-Hans",
        urgent=True,
        labels={"call.taken_by": "ada", "call.callback": "wanted"},
        dedup_key=read.dedup_key,
    )
    assert read.dedup_key.startswith("call-note:7/")


def test_a_caller_without_a_number_is_noted_by_name() -> None:
    read = note(number="", callback="", text="It is broken.", language="en")
    assert (read.sender, read.subject_line, read.text) == (
        Contact(address="", name="Zhang San"),
        "Call from Zhang San",
        "It is broken.",
    )


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"text": ""}, {"text": FaultKey.MISSING}),
        ({"number": "later"}, {"number": FaultKey.NO_NUMBER}),
        ({"number": "1" * 61, "callback": ""}, {"number": FaultKey.TOO_LONG}),
        ({"number": ""}, {"number": FaultKey.NO_CALLBACK}),
        ({"number": "", "name": "", "callback": ""}, {"name": FaultKey.NOBODY}),
    ],
)
def test_what_is_wrong_with_a_note_is_told(changes: dict[str, str], found: dict[str, FaultKey]) -> None:
    assert note_faults(**changes) == found


def test_a_long_note_keeps_the_number_to_call() -> None:
    assert note(text="x" * 100_000).text.endswith("Please call back: +8613800138000")


FIELDS = st.dictionaries(
    st.sampled_from([*GOOD, *NOTE, "urgent", "language", "submission", "website"]),
    ODD_TEXT | st.sampled_from(["a@b.example", "+8613800138000", "on", "x"]),
)
UPLOADS = st.lists(st.builds(Upload, ODD_TEXT, ODD_TEXT, st.binary(max_size=12)), max_size=3)


@given(FIELDS | FIELDS.map(lambda some: GOOD | some), UPLOADS)
def test_any_form_is_a_request_or_refused(some: dict[str, str], uploads: list[Upload]) -> None:
    try:
        inbound = form.parse(some, uploads)
    except Unfilled as fault:
        str(fault).encode()
        return
    check_fit(inbound)
    for file in inbound.files if isinstance(inbound, Request) else ():
        f"{file.attachment.name}{file.attachment.declared_type}".encode()


@given(FIELDS | FIELDS.map(lambda some: NOTE | some))
def test_any_note_is_a_request_or_refused(some: dict[str, str]) -> None:
    try:
        check_fit(call_note.parse(some, taken_by="ada"))
    except Unfilled as fault:
        str(fault).encode()
