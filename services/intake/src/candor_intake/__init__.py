"""Intake: whatever comes in, on whatever channel, is stored durably, answered, and told to the others in one shape.

It owns the raw messages, the threads they form and who takes part in them, and gives every request the one
reference that customer and team use from then on.
"""

from candor_common.service import Service
from candor_intake import call_page, customer_api, enqueue, form_page, hooks, lookup, source_api
from candor_intake.api import router
from candor_intake.handlers import subscriptions
from candor_intake.reception import opened

for _more in (hooks, enqueue, form_page, call_page, lookup, source_api, customer_api):
    router.include_router(_more.router)

service = Service("intake", router, subscriptions, open=opened)
