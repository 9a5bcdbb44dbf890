"""A mail server that delivers nowhere: what it takes is journalled and can be read at `/mail`."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.kernel.html import environment, html_reply
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World


class Mailbox:
    """All mail received, newest last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table = world.store.table("kernel.mails")

    def receive(self, sender: str, recipients: list[str], raw: bytes) -> Row:
        """Keep one message; raises nothing on malformed mail, which is kept as it came."""
        number = str(len(self._table) + 1)
        message = message_from_bytes(raw, policy=default_policy)
        row = {
            "id": number,
            "from": sender,
            "to": recipients,
            "subject": str(message.get("subject", "")),
            "text": _part(message, "plain") or _part(message, "html"),
            "html": _part(message, "html"),
            "received_at": self._world.clock.business(),
        }
        self._table.put(number, row)
        self._world.store.flush()
        return row

    def list(self) -> list[Row]:
        """Every message, newest first."""
        return self._table.values()[::-1]

    def get(self, number: str) -> Row | None:
        """One message by its number."""
        return self._table.get(number)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    return payload.decode(charset, "replace") if isinstance(payload, bytes) else ""


class _Handler:
    """What aiosmtpd calls for each message."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self._mailbox.receive(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return "250 Kept"


async def listen(mailbox: Mailbox, host: str, port: int) -> asyncio.Server:
    """Take mail by SMTP on the running loop; port 0 picks a free one."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(_Handler(mailbox), enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(protocol, host, port)


class MailPages:
    """The list at `/mail` and each message below it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.smtp_port = 0
        self._mailbox = mailbox
        self._pages = environment()

    def __call__(self, request: Request) -> Reply:
        number, _, form = request.path.strip("/").partition("/")
        if not number:
            return self._show("mails.html", mails=self._mailbox.list(), smtp_port=self.smtp_port)
        mail = self._mailbox.get(number)
        if mail is None:
            return Reply(404, b"No such message\n", {"content-type": "text/plain"})
        if form == "html":
            return Reply(200, mail["html"].encode(), {"content-type": "text/html; charset=utf-8"})
        return self._show("mail.html", mail=mail, has_html=bool(mail["html"]))

    def _show(self, template: str, **context: Any) -> Reply:
        return html_reply(self._pages, template, context)
