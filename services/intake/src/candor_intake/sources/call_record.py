"""Call records of telephone exchanges, whatever their shape: a mapping says where what stands."""

from candor_intake.domain.inbound import BadPayload, Ignored, Request
from candor_intake.domain.language import Language
from candor_intake.sources.calls import Call, request_of
from candor_intake.sources.json_body import at, check, load
from candor_intake.sources.phone_number import caller
from candor_intake.sources.plain import ident, line, words
from candor_intake.sources.record_mapping import RecordMapping


def parse(
    body: bytes, mapping: RecordMapping, *, source: str = "pbx", language: Language = "en"
) -> Request | Ignored:
    """The call in a JSON record. The source names the exchange: ids are each exchange's own."""
    record = load(body)
    check(record)
    call_id = ident(mapping.value(record, "id"))
    if not call_id:
        raise BadPayload("The id of the call is needed here.", at("#", *mapping.paths["id"].split(".")))
    direction = _line(mapping, record, "direction").casefold()
    if mapping.incoming and direction not in mapping.incoming:
        return Ignored("a call that did not come in")
    return request_of(_call(record, mapping, source, call_id), language)


def _line(mapping: RecordMapping, record: object, target: str) -> str:
    return line(mapping.value(record, target))


def _call(record: object, mapping: RecordMapping, source: str, call_id: str) -> Call:
    status, started = _line(mapping, record, "status"), _line(mapping, record, "started")
    return Call(
        system=source,
        id=call_id,
        part="call",
        caller=caller(_line(mapping, record, "caller")),
        caller_name=_line(mapping, record, "caller_name"),
        called=_line(mapping, record, "called"),
        missed=status.casefold() in mapping.missed,
        seconds=_line(mapping, record, "seconds"),
        recording=_line(mapping, record, "recording"),
        said=words(mapping.value(record, "text")),
        labels={"call.id": call_id, "call.status": status, "call.started": started},
    )
