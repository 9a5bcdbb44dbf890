"""What the shop changes of a customer reaches the contact in a simulated Xero once, and is not sent back and forth."""

from __future__ import annotations

from integrations.xero.polling import poll
from sandbox.kernel.faults import Kind
from sync.models import Posting
from tests.sync.delivering.conftest import Books
from tests.sync.messages import order, shop_event


def place(books: Books, number: str, phone: str) -> None:
    books.place(number, customer={**order()["customer"], "phone": phone})
    books.deliver()


def listen(books: Books) -> None:
    """A poll of Xero, taken in, and whatever follows from it."""
    poll(books.connection)
    books.process()
    books.deliver()


def numbers(books: Books) -> str:
    [contact] = books.in_xero("contacts")
    return str(contact["Phones"])


def updates() -> list[tuple[str, str]]:
    rows = Posting.objects.filter(kind="contact_update").order_by("pk")
    return list(rows.values_list("state", "remote_id"))


def test_a_new_phone_number_of_the_shop_is_told_once_and_polling_brings_no_echo(books: Books) -> None:
    place(books, "HF-1", "07700 900123")
    listen(books)
    assert updates() == []
    place(books, "HF-2", "07700 900456")
    [contact] = books.in_xero("contacts")
    assert updates() == [("posted", contact["ContactID"])]
    assert "900456" in numbers(books)
    assert contact["EmailAddress"] == "ada@example.com"
    for _ in range(3):
        listen(books)
    place(books, "HF-3", "07700 900456")
    assert len(updates()) == 1


def test_a_change_whose_answer_is_lost_is_sent_again_and_posted(books: Books) -> None:
    place(books, "HF-1", "07700 900123")
    shop_event(
        books.shop,
        "order.updated",
        **order("HF-1", customer={**order()["customer"], "phone": "07700 900789"}),
    )
    books.process()
    books.xero.fail("xero.contacts.write", Kind.TIMEOUT_AFTER, seconds=0.1)
    books.deliver()
    [contact] = books.in_xero("contacts")
    assert updates() == [("posted", contact["ContactID"])]
    assert "900789" in numbers(books)
