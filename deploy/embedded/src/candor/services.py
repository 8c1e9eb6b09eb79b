"""The five services together: the only place that knows them all."""

from candor_common.service import Service
from candor_feedback import service as feedback
from candor_intake import service as intake
from candor_notifier import service as notifier
from candor_sla_timer import service as sla_timer
from candor_triage import service as triage

SERVICES: tuple[Service, ...] = (intake, triage, sla_timer, notifier, feedback)
