"""Triage: requests become incidents, and incidents are led to their end.

Every request opens an incident, rated by the charter's rules, or joins the one it belongs to: replies by their
thread, signals by their key. People acknowledge, update, resolve, close and reopen incidents over REST; nobody
overwrites what somebody else has just done. What stays resolved for long enough closes itself. Promises, messages
and surveys show in the incident's timeline.
"""

from candor_common.service import Service
from candor_triage.api import router
from candor_triage.handlers import subscriptions
from candor_triage.scheduler import closing

service = Service("triage", router, subscriptions, periodics=(closing,))
