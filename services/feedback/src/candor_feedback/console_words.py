"""The words of the pages for people of the house. What customers read stands in `domain/words`."""

from collections.abc import Mapping
from typing import Final

KINDS: Final = {"follow_up": "Get in touch after a low score", "improvement_reply": "Answer a suggestion"}
LABELS: Final[Mapping[str, str]] = {
    "by": "Your name",
    "answer": "The answer",
    "reply": "Words for the customer",
}
TEXT: Final[Mapping[str, str]] = {
    "title": "Follow-ups",
    "intro": "What customers said in surveys leads here: somebody gets in touch, or answers a suggestion.",
    "nothing": "Nothing is open. A low score, “not solved” or a comment in a survey opens one.",
    "most": "The {number} that are due first are shown.",
    "all": "All open follow-ups",
    "due": "Due",
    "late": "late",
    "what": "What",
    "who": "Who",
    "incident": "Incident",
    "said": "What the customer said",
    "refused": "Not done",
    "missing": "{name} is missing.",
    "too_long": "{name} is too long: at most {most} characters fit. What you wrote is still here.",
    "ended": "Done",
    "ended_by": "{by}, {time}",
    "answer": "What was said",
    "reply": "To the customer",
    "only_read": "Your key lets you read this; to end it takes one with the scope “work”.",
}
