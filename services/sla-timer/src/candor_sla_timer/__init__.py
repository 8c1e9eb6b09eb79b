"""SLA timer: what was promised to whom, by when, and how it ended.

It reads how incidents live and which human words really left, keeps a clock per promise, warns before one is missed
and says so when one was. Promises are computed from the history of an incident alone (`domain.promises`), so that
the order in which topics are read makes no difference.
"""

from datetime import timedelta

from candor_common.service import Periodic, Service
from candor_sla_timer import scheduler
from candor_sla_timer.api import router
from candor_sla_timer.handlers import subscriptions

service = Service(
    "sla-timer",
    router,
    subscriptions,
    periodics=(
        Periodic(
            "sla-timer.scheduler",
            scheduler.run,
            every=timedelta(seconds=1),
            bells=("sla-timer.due",),
        ),
    ),
)
"""`python -m candor_sla_timer` runs this service alone, on PostgreSQL and Kafka."""
