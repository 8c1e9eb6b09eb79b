"""All doors as data: from these values the pages about them are written and their routes are made."""

from collections.abc import Mapping

from candor_common.events import Channel
from candor_intake.sources.door import FORM, FORM_WITH_FILES, JSON, Door, Proof, Statuses

DOORS: tuple[Door, ...] = (
    Door(
        name="rest",
        path="/v1/requests",
        channel=Channel.REST,
        content_types=(JSON,),
        proof=Proof.API_KEY,
        yields=("request",),
        statuses=Statuses(202),
        repeat="the `Idempotency-Key` header, per API key",
        doc="One request as JSON: `subject`, `text`, `from`, and if you like `language`, `urgent`, `labels`.",
    ),
    Door(
        name="rest-batch",
        path="/v1/requests/batch",
        channel=Channel.REST,
        content_types=(JSON,),
        proof=Proof.API_KEY,
        yields=("request",),
        statuses=Statuses(202),
        repeat="the `Idempotency-Key` header and the place in the list",
        doc="Up to 500 requests as JSON, with one answer each.",
    ),
    Door(
        name="mail",
        path="/v1/hooks/email/raw",
        channel=Channel.MAIL,
        content_types=("message/rfc822", "application/octet-stream", "text/plain"),
        proof=Proof.API_KEY,
        yields=("request",),
        statuses=Statuses(202),
        repeat="`Message-ID`, or the bytes where there is none",
        doc="A mail byte by byte, as a mail server pipes it; `rcpt` and `mail_from` carry its envelope.",
    ),
    Door(
        name="alertmanager",
        path="/v1/hooks/alertmanager",
        channel=Channel.ALERT,
        content_types=(JSON,),
        proof=Proof.API_KEY,
        yields=("signal",),
        # Alertmanager sends again after 5xx only; after 429 it waits for its next interval.
        statuses=Statuses(202),
        repeat="fingerprint, start and status of each alert, until it ends; an end by its `endsAt`",
        doc="The address of a `webhook_config`, with our key as its `authorization`.",
    ),
    Door(
        name="pagerduty",
        path="/v2/enqueue",
        channel=Channel.ALERT,
        content_types=(JSON,),
        proof=Proof.ROUTING_KEY,
        yields=("signal",),
        statuses=Statuses(202, refused=400, not_genuine=400, too_large=400, busy=429),
        repeat=(
            "`dedup_key`, `event_action` and `payload.timestamp`, until a trigger is resolved or comes back; without a"
            " time nothing is dropped as a repeat"
        ),
        doc=(
            "PagerDuty's Events API v2, for whatever can alert PagerDuty: put our address in the place of"
            " `events.pagerduty.com`. The bodies of the answers are PagerDuty's. An acknowledgement changes nothing, and"
            " neither does a change event, which is taken at `/v2/change/enqueue`."
        ),
    ),
    Door(
        name="slack",
        path="/v1/hooks/slack/{source}",
        channel=Channel.SLACK,
        content_types=(JSON,),
        proof=Proof.SLACK,
        yields=("request",),
        statuses=Statuses(200),
        repeat="workspace, channel and time of the message; its `event_id` changes where one message is told twice",
        doc=(
            "The Request URL of a Slack app's event subscriptions, with `message.*` or `app_mention`. A thread is one"
            " conversation; so are a person's lines in a direct message, as long as each comes within ten minutes of"
            " the one before. Slack's challenge is answered with its text. Edited and deleted messages change nothing."
        ),
        vouches=True,
        seconds=3,
        refusal_headers={"X-Slack-No-Retry": "1"},
    ),
    Door(
        name="chat",
        path="/v1/hooks/chat/{source}",
        channel=Channel.CHAT,
        content_types=(JSON,),
        proof=Proof.STANDARD_WEBHOOKS,
        yields=("request",),
        # 410 would make a Standard Webhooks sender give up on us for good.
        statuses=Statuses(202),
        repeat="`id`, per source",
        doc=(
            "Any chat system, in one JSON shape: `id`, `conversation`, `sender` with `id` and `name`, `text`, and if"
            " you like `sent_at`, `urgent`, `language` and `attachments` with `url`, `name`, `type`, `size`. Sign it"
            " as Standard Webhooks 1.0 says."
        ),
        vouches=True,
        seconds=15,
    ),
    Door(
        name="twilio-voice",
        path="/v1/hooks/twilio-voice/{source}",
        channel=Channel.PHONE,
        content_types=(FORM,),
        proof=Proof.TWILIO,
        yields=("request",),
        statuses=Statuses(200),
        repeat="`CallSid`, and `RecordingSid` for a recording and its transcription",
        doc=(
            "The status, recording and transcription callback of numbers that people call. The end of a call makes a"
            " request; recording and transcription join it, whichever comes first."
        ),
        vouches=True,
        seconds=15,
    ),
    Door(
        name="twilio-sms",
        path="/v1/hooks/twilio-sms/{source}",
        channel=Channel.SMS,
        content_types=(FORM,),
        proof=Proof.TWILIO,
        yields=("request",),
        statuses=Statuses(200),
        repeat="`MessageSid`",
        doc=(
            "The webhook of a number or messaging service for incoming messages. STOP, START and HELP are answered"
            " by Twilio and ignored here. What one number writes to another is one conversation."
        ),
        vouches=True,
        seconds=15,
    ),
    Door(
        name="call-record",
        path="/v1/hooks/call-record/{source}",
        channel=Channel.PHONE,
        content_types=(JSON,),
        proof=Proof.SOURCE_SECRET,
        yields=("request",),
        statuses=Statuses(202),
        repeat="the id of the call, per source",
        doc=(
            "Call records of a telephone exchange as JSON. A mapping says where a record has the id, the caller and"
            " the rest; Yeastar S and P series and Asterisk have theirs. Send the source's secret as bearer token, or as"
            " the password of Basic authentication."
        ),
        vouches=True,
    ),
    Door(
        name="form",
        path="/request",
        channel=Channel.FORM,
        content_types=(FORM, FORM_WITH_FILES),
        proof=Proof.NONE,
        yields=("request",),
        statuses=Statuses(303),
        repeat="`submission`, which is made once per page that is shown, with the same words and files",
        doc="The public web form: name, address, subject, text, urgent, language and up to 5 files.",
    ),
    Door(
        name="call-note",
        path="/call",
        channel=Channel.PHONE,
        content_types=(FORM,),
        proof=Proof.SIGNED_IN,
        yields=("request",),
        statuses=Statuses(303),
        repeat="`submission`, which is made once per page that is shown, with the same words",
        doc="For people of ours who take a call: who called, the number, what about, and whether to call back.",
    ),
)

BY_NAME: Mapping[str, Door] = {door.name: door for door in DOORS}
