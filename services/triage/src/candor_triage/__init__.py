"""Triage: requests become incidents, and incidents are led to their end.

Every request opens an incident, rated by the charter's rules and given to somebody on shift, or joins the one it
belongs to: replies by their thread, signals by their key. People lead it on over REST, from the first look to the end
and back; nobody overwrites what somebody else has just done. A fix that nobody speaks against is verified by time, and
its incident closed later. Promises, messages and surveys show in the incident's timeline.
"""

from fastapi import APIRouter

from candor_common.service import Service
from candor_triage import api, pages, stream_api
from candor_triage.handlers import subscriptions
from candor_triage.scheduler import assigning, watching

router = APIRouter()
router.include_router(api.router)
router.include_router(pages.router)
router.include_router(stream_api.router)

service = Service("triage", router, subscriptions, periodics=(watching, assigning))
