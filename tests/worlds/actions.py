"""What people and machines do in stories."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from zlib import crc32

from tests.worlds.moments import Window
from tests.worlds.story import Action, Telling

IT = "it"
"""The name of the only incident of a story."""
MAIL = {"content-type": "message/rfc822"}


def request(subject: str, text: str, *, sender: str, urgent: bool = False, key: str | None = None) -> Action:
    """A customer's system posts a request; with a key, the same key again must give the same answer."""

    async def run(telling: Telling) -> None:
        body = {
            "subject": subject,
            "text": text,
            "from": {"address": telling.address(sender)},
            "urgent": urgent,
        }
        headers = {"Idempotency-Key": f"{key}-{telling.tag}"} if key else {}
        answer = await telling.stage.http.post("/v1/requests", json=body, headers=headers)
        _remember(telling, answer.json() if answer.status_code == 202 else answer.text)

    return Action(f"request {subject!r}", run)


def letter(
    subject: str,
    text: str,
    *,
    sender: str,
    answers: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Action:
    """A customer writes a mail; with `answers`, to the last mail of that kind that they got."""

    async def run(telling: Telling) -> None:
        mail = EmailMessage()
        mail["From"] = telling.address(sender)
        mail["To"] = "support@candor.localhost"
        mail["Subject"] = subject
        mail["Date"] = telling.stage.moment(0)
        mail["Message-ID"] = f"<{len(telling.requests)}.{crc32(text.encode())}@{telling.tag}.example>"
        for header, value in (headers or {}).items():
            mail[header] = value
        if answers is not None:
            got = await telling.stage.wait_for(lambda: telling.mails(answers, sender))
            mail["In-Reply-To"] = mail["References"] = got[-1].message_id
        mail.set_content(text)
        answer = await telling.stage.http.post("/v1/hooks/email/raw", content=mail.as_bytes(), headers=MAIL)
        _remember(telling, answer.json() if answer.status_code == 202 else answer.text)

    return Action(f"mail {subject!r}", run)


def _remember(telling: Telling, receipt: Any) -> None:
    """The first reference is the story's incident; those of further requests are kept beside it."""
    assert isinstance(receipt, dict), receipt
    telling.requests.add(receipt["request_id"])
    if receipt["reference"]:
        first = telling.references.setdefault(IT, receipt["reference"])
        if first != receipt["reference"]:
            telling.references[f"{IT} {len(telling.references)}"] = receipt["reference"]


def alert(name: str, *, status: str = "firing", severity: str = "critical", episode: int = 1) -> Action:
    """Alertmanager notifies; a new episode of the same alert has begun at another time."""

    async def run(telling: Telling) -> None:
        started = datetime(2026, 1, 1, 0, episode, tzinfo=UTC).isoformat()
        labels = {"alertname": name, "severity": severity}
        one = {
            "status": status,
            "labels": labels,
            "annotations": {"summary": name},
            "startsAt": started,
            "fingerprint": f"{name.lower()}{telling.tag}",
        }
        body = {"version": "4", "status": status, "alerts": [one]}
        answer = await telling.stage.http.post("/v1/hooks/alertmanager", json=body)
        assert answer.is_success, answer.text

    return Action(f"alert {name} {status}", run)


def acknowledge(by: str = "ben", name: str = IT) -> Action:
    return _command("acknowledge", name, lambda _telling: {"by": by})


def update(
    doing: str, expect: str, *, next_by: Window | None = None, by: str = "ben", name: str = IT
) -> Action:
    """An engineer tells the customer what is being done, what to expect, and by when there is more."""

    def body(telling: Telling) -> dict[str, Any]:
        due = {"next_by": telling.stage.moment(next_by.start).isoformat()} if next_by else {}
        return {"by": by, "doing": doing, "expect": expect, **due}

    return _command("update", name, body)


def resolve(cause: str, done: str, checked: str, *, by: str = "ben", name: str = IT) -> Action:
    return _command(
        "resolve", name, lambda _telling: {"by": by, "cause": cause, "done": done, "checked": checked}
    )


def close(by: str = "ben", name: str = IT) -> Action:
    return _command("close", name, lambda _telling: {"by": by})


def _command(command: str, name: str, body: Any) -> Action:
    async def run(telling: Telling) -> None:
        async def done() -> bool:
            where = f"/v1/incidents/{telling.incident(name) or 'none'}"
            found = await telling.stage.http.get(where)
            if found.status_code == 404:
                return False
            seen = {"If-Match": found.headers["ETag"]}
            answer = await telling.stage.http.post(f"{where}/{command}", json=body(telling), headers=seen)
            assert answer.status_code in (200, 412), answer.text
            return answer.status_code == 200

        await telling.stage.wait_for(done)

    return Action(command, run)


def answer_survey(overall: int, comment: str = "", *, who: str) -> Action:
    """A customer follows the link in the mail, and sends the form of the page."""

    async def run(telling: Telling) -> None:
        got = await telling.stage.wait_for(lambda: telling.mails("survey", who))
        address = got[-1].survey_link
        assert address, got[-1].text
        path = address[address.index("/survey/") :]
        page = await telling.stage.http.get(path)
        assert page.status_code == 200, page.text
        assert "<form" in page.text
        form = {"overall": str(overall), "comment": comment}
        answer = await telling.stage.http.post(path, data=form)
        assert answer.status_code == 303, answer.text
        thanks = await telling.stage.http.get(answer.headers["location"])
        assert thanks.status_code == 200, thanks.text

    return Action(f"answer the survey with {overall}", run)


def do(words: str, run: Any) -> Action:
    """Anything else; `run` takes the telling."""
    return Action(words, run)
