"""The words of the form that ends a follow-up: it stands on the page of its incident, and on one of its own."""

from collections.abc import Mapping
from typing import Final

FORM: Final[Mapping[str, str]] = {
    "done": "What was done?",
    "team_reads": "Only the team reads this.",
    "reply": "Words for the customer",
    "reply_help": "They get them in a message. Leave this empty when you have spoken with them.",
    "answer": "Your answer",
    "customer_reads": "The customer gets it in a message, as it stands here.",
    "by": "Your name",
    "finish": "It is done",
    "send": "Send to the customer",
    "optional": "(optional)",
}
