"""The mail server that delivers nowhere."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

import pytest

from sandbox.kernel.clock import Clock
from sandbox.kernel.mail import Mailbox, MailPages
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Request
from sandbox.kernel.world import World
from tests.sandbox.kernel.running import running


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "till@example.com", "zoë@example.com", "Paid: £38.34"
    mail.set_content("Thank you, Zoë.\n")
    mail.add_alternative("<p>Thank you, <b>Zoë</b>.</p>", subtype="html")
    return mail


def box() -> Mailbox:
    return Mailbox(World(Clock(), Store()))


@pytest.mark.asyncio
async def test_mail_sent_by_smtp_is_kept() -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
            smtp.send_message(message())

    async with running() as sandbox:
        await asyncio.to_thread(send, sandbox.smtp_port)
        [mail] = sandbox.mailbox.list()
    assert (mail["subject"], mail["text"].strip()) == ("Paid: £38.34", "Thank you, Zoë.")
    assert mail["to"] == ["zoë@example.com"]


def test_the_newest_mail_is_listed_first() -> None:
    mailbox = box()
    for subject in ("one", "two"):
        mailbox.receive("a@example.com", ["b@example.com"], f"Subject: {subject}\r\n\r\nHello".encode())
    assert [mail["subject"] for mail in mailbox.list()] == ["two", "one"]


def test_mail_that_is_hardly_mail_is_kept_all_the_same() -> None:
    assert box().receive("", [], b"\xff\xfe no headers at all")["subject"] == ""


def test_the_pages_show_the_text_and_escape_it() -> None:
    mailbox = box()
    mailbox.receive("a@example.com", ["b@example.com"], b"Subject: <i>x</i>\r\n\r\n<script>alert(1)</script>")
    pages = MailPages(mailbox)
    listed, shown = pages(Request("GET", "/")), pages(Request("GET", "/1"))
    assert b"&lt;i&gt;x&lt;/i&gt;" in listed.body
    assert b"<script>" not in shown.body
    assert b"alert(1)" in shown.body


def test_the_html_part_is_shown_apart() -> None:
    mailbox = box()
    mailbox.receive("a@example.com", ["b@example.com"], message().as_bytes())
    assert b"<b>Zo" in MailPages(mailbox)(Request("GET", "/1/html")).body


def test_there_is_no_page_for_mail_that_never_came() -> None:
    assert MailPages(box())(Request("GET", "/7")).status == 404
