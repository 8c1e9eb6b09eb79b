"""Mail as one of the ways on which words leave: composed here, handed over by a mail server or kept in the mailbox."""

from candor_notifier.channels import Channel, Outcome, Permanent, Rendered, Sent
from candor_notifier.compose import Sender, Unsendable, compose, envelope_from
from candor_notifier.render import Mail


class MailMessenger:
    """Sends text and HTML in one mail, in the thread of the customer's own."""

    def __init__(self, server: Channel, sender: Sender) -> None:
        self._server, self._sender = server, sender

    async def send(self, rendered: Rendered) -> Outcome:
        message = rendered.message
        mail = Mail(rendered.subject, rendered.text, rendered.html)
        try:
            raw = compose(mail, message, rendered.thread, self._sender)
        except Unsendable as error:
            return Permanent(str(error))
        outcome = await self._server.send(envelope_from(message, self._sender), message.recipient, raw)
        return Sent(outcome.receipt, raw) if isinstance(outcome, Sent) else outcome

    async def close(self) -> None:
        await self._server.close()
