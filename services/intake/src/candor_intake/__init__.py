"""Intake: whatever comes in, on whatever channel, is stored durably, answered, and told to the others in one shape.

It owns the raw messages, the threads they form and who takes part in them, and gives every request the one
reference that customer and team use from then on.
"""

from candor_common.service import Service
from candor_intake import (
    call_page,
    customer_api,
    customer_pages,
    enqueue,
    form_page,
    hooks,
    lookup,
    source_api,
    unverified_pages,
)
from candor_intake.api import router
from candor_intake.handlers import subscriptions
from candor_intake.reception import opened
from candor_intake.sources.door import Proof
from candor_intake.sources.registry import DOORS

for _more in (
    hooks,
    enqueue,
    form_page,
    call_page,
    lookup,
    source_api,
    customer_api,
    unverified_pages,
    customer_pages,
):
    router.include_router(_more.router)

service = Service(
    "intake",
    router,
    subscriptions,
    open=opened,
    large_bodies=tuple(door.path.partition("{")[0] for door in DOORS if door.proof is not Proof.SIGNED_IN),
)
