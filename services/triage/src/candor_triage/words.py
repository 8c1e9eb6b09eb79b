"""The words of the console, in one catalogue: pages take them from here by name and hold none of their own.

Of the customer's page the words stand in `customer_words`, for they exist in three languages.
"""

from collections.abc import Mapping
from typing import Final

from candor_triage import incident_words

KINDS: Final = {
    "first_response": "first answer",
    "next_update": "next word",
    "resolution": "fix (target)",
    "estimate": "fix (estimate)",
    "follow_up": "follow-up",
    "improvement_reply": "answer to a suggestion",
    "unknown": "promise",
}
URGENCIES: Final = {
    "missed": "Missed",
    "at_risk": "At risk",
    "running": "Running",
    "paused": "Paused",
    "none": "Nothing promised",
}
ICONS: Final = {
    "missed": "◆",
    "at_risk": "▲",
    "running": "●",
    "paused": "Ⅱ",
    "none": "○",
    "kept": "✓",
    "withdrawn": "–",
}
ENDS: Final = {"kept": "Kept", "breached": "Missed", "withdrawn": "No longer applies", "open": "Open"}
STATUSES: Final = {
    "open": "open",
    "assigned": "assigned",
    "in_progress": "in progress",
    "waiting_on_customer": "waits for the customer",
    "workaround": "workaround in place",
    "resolved": "resolved",
    "verified": "verified",
    "reopened": "reopened",
    "closed": "closed",
    "merged": "merged",
    "cancelled": "cancelled",
    "unknown": "unknown",
}
INCIDENT_KINDS: Final = {
    "fault": "fault",
    "question": "question",
    "change": "change",
    "complaint": "complaint",
    "security": "security",
    "training": "training",
    "commercial": "commercial",
    "unknown": "unknown",
}
LANES: Final = {"emergency": "Emergency", "vip": "VIP", "standard": "Standard", "unknown": "Standard"}
PLACES: Final = {"team": "Team", "kind": "Kind", "status": "State"}
TIES: Final = {
    "related": "belongs together with",
    "follows": "follows",
    "followed_by": "is followed by",
    "merged_from": "took in",
    "unknown": "see",
}

TEXT: Final[Mapping[str, object]] = {
    **incident_words.TEXT,
    "kinds": KINDS,
    "urgencies": URGENCIES,
    "icons": ICONS,
    "ends": ENDS,
    "statuses": STATUSES,
    "lanes": LANES,
    "places": PLACES,
    "ties": TIES,
    # The frame
    "skip": "To the content",
    "board": "Board",
    "promises": "Promises",
    "charter": "Charter",
    "mailbox": "Mailbox",
    "api": "API",
    "theme": "Light or dark",
    "sign_out": "Sign out",
    "signed_in_as": "Signed in as",
    # The board
    "search": "Search",
    "search_help": "Reference, customer, words",
    "found": "Found for “{text}”",
    "found_among": "Searched: the newest {number} incidents.",
    "nothing_found": "Nothing found. Try fewer words, or a reference such as INC-000042.",
    "to_board": "Back to the board",
    "all": "All",
    "mine": "Mine",
    "nobody": "Nobody’s",
    "unsure": "To be looked at",
    "any": "any",
    "filter": "Show",
    "kept_today": "{number} kept today",
    "missed_today": "{number} missed today",
    "now_at_risk": "{number} at risk",
    "late": "{span} late",
    "in_time": "in {span}",
    "waits": "waits for the customer",
    "stands_still": "its clock stands still",
    "then": "then {kind} {span}",
    "silent": "silent {span}",
    "nobody_has_it": "nobody",
    "machine": "monitoring",
    "new": "{number} new",
    "stale": "The connection is lost; this page may be out of date.",
    "shown_only": "The {shown} most urgent of {all} are shown; choose a team or a lane to see others.",
    "board_empty": "Nothing is open.",
    "board_empty_why": "Every request, mail or alert that comes in stands here until it is resolved, "
    "the most urgent promise first. This brings the first one:",
    "board_empty_filter": "Nothing is open that fits this choice.",
    "shortcuts": "Keys",
    "keys_help": (
        ("j", "next row"),
        ("k", "row before"),
        ("Enter", "open it"),
        ("a", "acknowledge it"),
        ("u", "write an update"),
        ("/", "search"),
        ("?", "show or hide this"),
    ),
    # Signing in
    "sign_in": "Sign in",
    "key": "API key",
    "key_help": "`candor key add --scope read --scope work NAME` makes one. `candor up` shows yours.",
    "name": "Your name",
    "name_help": "Customers and colleagues read it. Without one it is the name of the key.",
    "bad_key": "This is not a key of this installation, or it was revoked.",
    "bad_sign_in_link": "This link is too old. Sign in with a key.",
    "lacks": "This key lacks the scope “{scope}”. Sign in with one that has it.",
    # Failure in words
    "refused": "Not done",
    "stale_form": "Somebody changed it while you wrote. Look at what is new, then send it again: "
    "your words are still here.",
    # The wall
    "wall": "Promises",
    "now": "Now",
    "today": "Today",
    "week": "7 days",
    "kept": "kept",
    "at_risk": "at risk",
    "missed": "missed",
    "next_due": "Next due",
    "nothing_due": "Nothing is promised at the moment.",
    "misses": "Missed, and why",
    "no_misses": "No promise was missed in the last 30 days.",
    "miss_asks": "{lead}: what was the cause, and what is done so that it does not happen again?",
    "cause": "Cause",
    "measure": "Measure",
    "save": "Save",
    "change": "Change",
    "due": "due",
    # The charter
    "charter_title": "What we promise",
    "charter_version": "Version {version}",
    "priority": "Priority",
    "first_response": "A person answers within",
    "update_every": "then writes at least every",
    "resolution": "Fixed within (target)",
    "level": "Level",
    "how_kept": "How well we kept it",
    "how_kept_since": "Promises that ended in the last 30 days.",
    "share": "{kept} of {all} ({percent} %)",
    "no_promise_yet": "none yet",
    "hours": "When we work",
    "clock_time": "Times on the clock run day and night; working time runs only while the calendar is open.",
    "pauses": "While we wait for a customer’s answer, these clocks stand still: {kinds}.",
    "after_fix": "After a fix",
    "watch": "We watch it for {span}. Until then an answer opens it again; after {close} it is closed.",
}
