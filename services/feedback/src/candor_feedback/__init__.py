"""Feedback: asks the customer how it went, once per resolution, and makes sure that what they say leads somewhere.

It owns the surveys, their answers, and what they lead to.
"""

from fastapi import APIRouter

from candor_common.service import Service
from candor_feedback.api import router as reads
from candor_feedback.api import works
from candor_feedback.follow_up_pages import router as follow_up_pages
from candor_feedback.handlers import subscriptions
from candor_feedback.pages import router as pages
from candor_feedback.scheduler import invitations

router = APIRouter()
for part in (reads, works, pages, follow_up_pages):
    router.include_router(part)

service = Service("feedback", router, subscriptions, periodics=(invitations,))
