"""Feedback: asks the customer how it went, once per resolution, and keeps what they say.

It owns the surveys and their answers.
"""

from fastapi import APIRouter

from candor_common.service import Service
from candor_feedback.api import router as api
from candor_feedback.handlers import subscriptions
from candor_feedback.pages import router as pages
from candor_feedback.scheduler import invitations

router = APIRouter()
router.include_router(api)
router.include_router(pages)

service = Service("feedback", router, subscriptions, periodics=(invitations,))
