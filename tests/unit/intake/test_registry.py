"""The doors as data."""

import pytest

from candor_common.events import Channel
from candor_intake import api, call_page, enqueue, form_page, hooks
from candor_intake.sources.door import Door, Proof
from candor_intake.sources.registry import BY_NAME, DOORS

each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)


def test_names_and_paths_are_used_once() -> None:
    assert len(BY_NAME) == len({door.path for door in DOORS}) == len(DOORS)


@each_door
def test_every_door_is_open_where_it_is_told(door: Door) -> None:
    modules = (api, hooks, enqueue, form_page, call_page)
    paths = {getattr(route, "path", "") for module in modules for route in module.router.routes}
    assert door.path in paths


@each_door
def test_a_door_can_be_set_up_by_what_is_told(door: Door) -> None:
    assert door.channel is not Channel.UNKNOWN
    assert door.content_types
    assert door.yields
    assert door.repeat
    assert door.doc.endswith(".")


@each_door
def test_only_what_is_stored_is_accepted_and_only_the_busy_ask_again(door: Door) -> None:
    statuses = door.statuses
    assert 200 <= statuses.accepted < 400
    assert all(
        400 <= one < 429
        for one in (statuses.malformed, statuses.refused, statuses.not_genuine, statuses.too_large)
    )
    assert statuses.busy in (429, 503)
    # For a Standard Webhooks sender 410 means never to come back.
    assert 410 not in (statuses.malformed, statuses.refused, statuses.not_genuine)


def test_alertmanager_is_never_told_429_where_it_would_not_send_again() -> None:
    assert BY_NAME["alertmanager"].statuses.busy == 503


def test_slack_does_not_send_again_what_is_refused() -> None:
    assert BY_NAME["slack"].refusal_headers == {"X-Slack-No-Retry": "1"}


@each_door
def test_a_door_vouches_only_for_what_it_can_prove(door: Door) -> None:
    assert not door.vouches or door.proof in (
        Proof.SLACK,
        Proof.TWILIO,
        Proof.STANDARD_WEBHOOKS,
        Proof.SOURCE_SECRET,
    )
