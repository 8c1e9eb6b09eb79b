"""Intake: whatever comes in, on whatever channel, is stored durably, answered, and told to the others in one shape.

It owns the raw messages, the threads they form and who takes part in them, and gives every request the one
reference that customer and team use from then on.
"""

from candor_common.service import Service
from candor_intake.api import opened, router
from candor_intake.handlers import subscriptions

service = Service("intake", router, subscriptions, open=opened)
