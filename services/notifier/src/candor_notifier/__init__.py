"""Notifier: who is told what, how and how often.

It turns what happens to an incident into mail for the customer: an acknowledgement, updates, the resolution, an
honest notice when a promise was missed, and a survey. A message is rendered when it leaves, from what the record
holds then, and says the same four things in the same order. It is claimed, sent, and recorded; a mail server that is
away delays it and loses nothing.
"""

from fastapi import APIRouter

from candor_common.service import Service
from candor_notifier import api, pages, preview_api, sms_status, subscription_api
from candor_notifier.delivery import deliveries
from candor_notifier.handlers import subscriptions
from candor_notifier.notices import notices
from candor_notifier.outlets import opened
from candor_notifier.webhook_delivery import webhook_deliveries, webhook_history

router = APIRouter()
router.include_router(preview_api.router)
router.include_router(sms_status.router)
router.include_router(api.router)
router.include_router(pages.router)
router.include_router(subscription_api.router)

service = Service(
    "notifier",
    router,
    subscriptions,
    periodics=(deliveries, webhook_deliveries, webhook_history, notices),
    open=opened,
)
