"""What became of a text message after Twilio, or whatever speaks like it, had taken it: its status callback.

The signed address, which stands in nothing but the call that hands the message over, is the only proof asked for.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Path, Response

from candor_common.database import Transaction
from candor_common.errors import responses
from candor_common.links import BadLink, ExpiredLink, Signer
from candor_common.service import Runtime, runtime_of
from candor_notifier import undelivered

PURPOSE = "sms-status"
LONGEST = timedelta(days=7)
"""For how long something may be said of a message; carriers give up after three days at most."""
_LOST = frozenset({"failed", "undelivered"})
_WHY: Mapping[str, str] = {
    "30003": "the phone is off or out of reach",
    "30004": "the recipient blocks messages",
    "30005": "the number does not exist",
    "30006": "the number is a landline, or its carrier takes no messages",
    "30007": "the carrier took it for spam",
    "30008": "the carrier gives no reason",
}
"""The errors that Twilio documents for messages that it could not deliver."""

router = APIRouter(prefix="/v1/messages", tags=["messages"])


def addresses(signer: Signer, public_url: str) -> Callable[[str], str | None]:
    """Where the status of each message may be told, by its id; nowhere, when nobody outside can reach us."""
    if _is_here(urlsplit(public_url).hostname or ""):
        return lambda _message_id: None
    return lambda message_id: f"{public_url}/v1/messages/status/{signer.sign(PURPOSE, message_id)}"


def _is_here(host: str) -> bool:
    """Without asking for names, which may take long: an address that can't be reached does no harm."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")


@router.post(
    "/status/{token}", status_code=204, responses=responses(BadLink, ExpiredLink), summary="Tell a status"
)
async def told(
    runtime: Annotated[Runtime, Depends(runtime_of)],
    token: Annotated[str, Path(max_length=500)],
    status: Annotated[str, Form(alias="MessageStatus", max_length=40)],
    code: Annotated[str, Form(alias="ErrorCode", max_length=20)] = "",
) -> Response:
    """The status of a text message, as its service tells it. Only that it could not be delivered is acted upon."""
    context = runtime.context
    message_id = context.signer.verify(PURPOSE, token, LONGEST)
    if status in _LOST:

        def work(transaction: Transaction) -> None:
            undelivered.note(transaction, {message_id: _reason(status, code)}, context)

        await runtime.database.transact(work)
    return Response(status_code=204)


def _reason(status: str, code: str) -> str:
    words = _WHY.get(code) or f"the message is said to be {status}"
    return f"{code}: {words}" if code else words
