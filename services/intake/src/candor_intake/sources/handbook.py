"""The page about the doors, written from the registry: `python -m candor_intake.sources.handbook > docs/sources.md`."""

import sys
from collections.abc import Iterator

from candor_intake.sources.door import Door, Proof
from candor_intake.sources.registry import DOORS

_PROOFS = {
    Proof.API_KEY: "an API key with the scope `post`, as bearer token",
    Proof.STANDARD_WEBHOOKS: "the signature of Standard Webhooks 1.0, with the source's secret (`whsec_…`)",
    Proof.SLACK: "Slack's signature, with the signing secret of the app",
    Proof.TWILIO: "Twilio's signature, with the auth token of the account or a shared key",
    Proof.ROUTING_KEY: "the `routing_key` in the body, which is the source's secret",
    Proof.SOURCE_SECRET: "the source's secret, as bearer token or as password of Basic authentication",
    Proof.SIGNED_IN: "an API key with the scope `work`; on the machine itself, none",
    Proof.NONE: "anybody; from one address 20 times in ten minutes, after that 429",
}
_BEGINNING = """# Sources

The doors by which requests and signals come in, made from the registry in `candor_intake/sources/registry.py`.
Each format is one pure file in that folder.

A sender that signs is let in by name, which makes an address of its own and, unless the provider makes it, a secret:

    candor source add slack desk              # asks for the signing secret of the Slack app
    candor source add pagerduty monitoring    # makes a routing key, and shows it this once
    candor source add call-record pbx --exchange asterisk
    candor source add call-record other --options other.json
    candor source list                        # the addresses to paste at the providers
    candor source test desk                   # is the address reached, and does a signed sample pass?
    candor source remove desk                 # nothing of it is taken any more

`--options` names a JSON file: `language` (of those who call a number, where their words don't show it), `own_users` (ids
of our own bot in Slack), `exchange` (`yeastar`, `yeastar-p`, `asterisk`) or, for call records of any other shape,

    {"mapping": {"paths": {"id": "call.uid", "caller": "call.from", "status": "call.end"}, "missed": ["unanswered"]}}

**Secrets are in the database, readable**: a signature can't be checked against a hash of its secret. They are in backups,
too; whoever can read the table `intake_source` can sign as the provider. They are in no log, no answer and no event, and
are wiped when the source is removed. A signature has to be less than five minutes old, where it says when it was made.

Mail comes in: posted byte by byte to the door `mail`; piped in by a mail server, which keeps the mail when the
command ends with 75 (in Postfix's `master.cf`, with the user who owns the key):

    candor unix - n n - 4 pipe user=candor argv=/usr/local/bin/candor mail-in -f ${sender} -r ${recipient}

or by SMTP or LMTP where `CANDOR_SMTP_LISTEN` says, as `lmtp://127.0.0.1:8024`. SMTP takes mail to the domain of
`CANDOR_MAIL_FROM` only; LMTP takes what the mail server passes on. There is no encryption and no login at that address:
keep it within your own network. 250 is answered once the mail is stored, 451 while it can't be.

Whatever is sent again, at the same time or in another order, is stored once; the repeat gets the same answer. What is
taken is on the disk before the answer leaves. Refusals are problem details (RFC 9457) except where a door has its own.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_BEGINNING, *(line for door in DOORS for line in _section(door))])


def _section(door: Door) -> Iterator[str]:
    yield f"## {door.name}\n"
    yield f"`POST {door.path}`, {' or '.join(f'`{one}`' for one in door.content_types)}\n"
    yield f"{door.doc}\n"
    yield f"- **Who sends**: {_PROOFS[door.proof]}"
    yield f"- **Becomes**: a {' or a '.join(door.yields)} on the channel `{door.channel.value}`"
    yield f"- **A repeat is known by** {door.repeat}"
    if door.vouches:
        yield "- **Joins** the conversation that the sender names, whoever of them writes"
    if door.seconds:
        yield f"- **Waits** {door.seconds:g} s for the answer"
    yield f"- **Answers**: {_answers(door)}\n"


def _answers(door: Door) -> str:
    told = door.statuses
    meanings = [
        (told.accepted, "taken"),
        (told.malformed, "not written as it should be"),
        (told.refused, "readable and wrong"),
        (told.too_large, "too large"),
        (told.busy, "not stored, send it again"),
    ]
    if door.proof is not Proof.NONE:
        meanings.insert(3, (told.not_genuine, "not from whom it says"))
    merged: dict[int, list[str]] = {}
    for status, meaning in meanings:
        merged.setdefault(status, []).append(meaning)
    said = ", ".join(f"{status} {' or '.join(words)}" for status, words in merged.items())
    extra = "".join(f"; with a refusal `{name}: {value}`" for name, value in door.refusal_headers.items())
    return f"{said}{extra}"


if __name__ == "__main__":
    sys.stdout.write(page())
