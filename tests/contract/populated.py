"""An installation in which there is one of everything, and the names by which it can be asked for."""

from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from candor_common import positions
from candor_common.feed import Partition, Record
from tests.worlds.embedded import World

Names = Mapping[str, Mapping[str, str]]
"""By the beginning of a path, the values of its parameters that lead to something."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


async def populate(world: World) -> Names:
    """Let somebody write, solve it, wait for the survey and answer it badly; and set one event aside."""
    http = world.http
    receipt = await _posted(world)
    reference = str(receipt["reference"])
    await world.settle()
    await _command(world, reference, "acknowledge", {"by": "ben"})
    await _command(
        world,
        reference,
        "resolve",
        {"by": "ben", "cause": "A disk.", "done": "Replaced.", "checked": "It sells."},
    )
    await world.advance(world.clock.now() + timedelta(days=4))
    [survey] = (await http.get("/v1/surveys", params={"incident": reference})).json()
    await world.settle()
    follow_ups = (await http.get("/v1/follow-ups")).json()
    customer = await http.post("/v1/customers", json={"name": "Shop"})
    source = await http.post("/v1/sources", json={"name": "bot", "kind": "chat"})
    wish = {"url": "https://127.0.0.1/", "types": ["promise.*"]}
    subscription = await http.post("/v1/subscriptions", json=wish)
    messages = (await http.get("/v1/messages")).json()["messages"]
    promises = (await http.get("/v1/promises")).json()["items"]
    open_one = (await _posted(world, "Another thing"))["reference"]
    await world.settle()
    names = {
        "/v1/incidents": {"reference": str(open_one)},
        "/v1/requests": {"request_id": str(receipt["request_id"])},
        "/v1/attachments": {"sha256": sha256(PNG).hexdigest()},
        "/v1/surveys": {"identifier": str(survey["survey"]["id"])},
        "/v1/customers": {"identifier": str(customer.json()["id"])},
        "/v1/sources": {"identifier": str(source.json()["id"])},
        "/v1/hooks/chat": {"source": str(source.json()["id"])},
        "/v1/messages": {"identifier": str(messages[0]["id"])},
        "/v1/promises": {"promise_id": str(promises[0]["id"])},
        "/v1/parked": {"number": str(await _parked(world))},
    }
    if subscription.is_success:
        names["/v1/subscriptions"] = {"identifier": str(subscription.json()["id"])}
    if follow_ups:
        names["/v1/follow-ups"] = {"identifier": str(follow_ups[0]["follow_up"]["id"])}
    return names


async def _posted(world: World, subject: str = "Shop is down") -> dict[str, Any]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@shop.example", "support@candor.localhost", subject
    mail.set_content("502 since 14:02")
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="screen.png")
    headers = {"Content-Type": "message/rfc822"}
    answer = await world.http.post("/v1/hooks/email/raw", content=mail.as_bytes(), headers=headers)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _command(world: World, reference: str, command: str, body: Mapping[str, str]) -> None:
    where = f"/v1/incidents/{reference}"
    version = (await world.http.get(where)).headers["ETag"]
    answer = await world.http.post(f"{where}/{command}", json=body, headers={"If-Match": version})
    assert answer.status_code == 200, answer.text
    await world.settle()


async def _parked(world: World) -> int:
    record = Record(Partition("incidents", 0), 1, {"ce_type": "nonsense"}, b"{}")
    database = world.assembly.runtime.database
    await database.transact(lambda tx: positions.park(tx.connection, "triage", record, "a test", tx.now))
    rows = await database.read(lambda connection: positions.parked(connection, "triage"))
    return int(rows[0]["id"])
