"""What notifier opens at its start: the delivery of messages, and that of events to subscriptions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from candor_common.service import Runtime
from candor_notifier import delivery, webhook_delivery
from candor_notifier.delivery import Delivery
from candor_notifier.webhook_delivery import RESOURCE


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Delivery]:
    """The delivery of messages; that to subscriptions is `Runtime.resources[RESOURCE]` and there before it."""
    async with webhook_delivery.opened(runtime) as webhooks:
        runtime.resources[RESOURCE] = webhooks
        async with delivery.opened(runtime) as messages:
            yield messages
