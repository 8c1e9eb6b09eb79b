"""Mappings for the call records of exchanges that are in wide use."""

from candor_intake.sources.record_mapping import RecordMapping

YEASTAR = RecordMapping.of(
    {
        "id": "callid",
        "caller": "callfrom",
        "called": "didnumber",
        "status": "status",
        "direction": "type",
        "started": "timestart",
        "seconds": "callduraction",
        "recording": "recording",
    },
    incoming=frozenset({"inbound"}),
)
"""Yeastar S series, event NewCdr; the misspelt name is theirs."""

YEASTAR_P = RecordMapping.of(
    {
        "id": "msg.call_id",
        "caller": "msg.call_from",
        "called": "msg.did_number",
        "status": "msg.status",
        "direction": "msg.type",
        "started": "msg.time_start",
        "seconds": "msg.call_duration",
        "recording": "msg.recording",
    },
    incoming=frozenset({"inbound"}),
)
"""Yeastar P series, whose record is JSON within JSON."""

ASTERISK = RecordMapping.of(
    {
        "id": "uniqueid",
        "caller": "src",
        "called": "dst",
        "status": "disposition",
        "started": "start",
        "seconds": "duration",
    }
)
"""Asterisk's call detail record, posted as JSON with its own names."""
