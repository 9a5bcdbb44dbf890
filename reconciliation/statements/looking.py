"""What importing a statement would do, before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db.models import Sum

from integrations.core.pci import mask
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.statements.core.accounts import OwnAccount
from reconciliation.statements.core.balances import said
from reconciliation.statements.core.columns import Columns, columns_from_json
from reconciliation.statements.core.comparing import Compared, KnownLine, compare
from reconciliation.statements.core.continuity import Gap, Stated, gaps, had_wholly
from reconciliation.statements.core.detecting import as_kept
from reconciliation.statements.core.reading import (
    CsvFile,
    csv_file,
    numbers_of,
    proves_itself,
    read_statement,
)
from reconciliation.statements.core.statement import BadLine, Statement, StatementError

_THIS = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it is kept: in UTF-8, card numbers masked but for the bank's `own_numbers` that only look like some."""

    body: bytes
    own_numbers: tuple[bytes, ...]

    @property
    def digest(self) -> str:
        """SHA-256: what makes it the same file."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """What a file would do. `problem` says why it cannot be imported; then there is no statement, or it is unsure."""

    csv: CsvFile | None = None
    statement: Statement | None = None
    compared: Compared | None = None
    problem: str = ""
    bad: tuple[BadLine, ...] = ()
    warnings: tuple[str, ...] = ()
    kept: Kept | None = None
    already: StatementFile | None = None

    @property
    def may_be_imported(self) -> bool:
        """Whether every line can be taken."""
        return self.statement is not None and not self.problem

    @property
    def read_by(self) -> Columns | None:
        """How the columns of a CSV file were read."""
        return self.csv.columns if self.csv is not None else None

    @property
    def is_guess(self) -> bool:
        """Whether nobody has said yet what the columns mean, and nothing proves it."""
        if self.csv is None or not self.csv.columns.is_guess:
            return False
        return self.statement is None or not proves_itself(self.statement, self.csv.columns)


def own_account(account: BankAccount) -> OwnAccount:
    """What we know of the account, for the readers."""
    return OwnAccount(
        account.name, account.currency, account.sort_code, account.number_ending, account.iban_ending
    )


def look(account: BankAccount, content: bytes, *, columns: Columns | None = None) -> Look:
    """Read a file as a statement of the account and compare it with what is known. Changes nothing, raises nothing.

    `columns` as a person has just said them; without them those of the account, of a known bank, or a guess.
    """
    csv: CsvFile | None = None
    remembered = columns or columns_from_json(account.csv_columns)
    try:
        body = as_kept(content)
        csv = csv_file(body, remembered)
        statement = read_statement(body, own_account(account), csv)
        kept = _kept(body, statement)
        if kept.body != body:
            # What is stored must be what the kept file tells.
            csv = csv_file(kept.body, remembered)
            statement = read_statement(kept.body, own_account(account), csv)
    except StatementError as error:
        return Look(csv=csv, problem=str(error), bad=error.bad)
    compared = compare_with_known(account, statement)
    warnings = (*statement.notes, *_warnings(account, statement, compared))
    already = StatementFile.objects.filter(bank_account=account, sha256=kept.digest).first()
    return Look(csv, statement, compared, warnings=warnings, kept=kept, already=already)


def _kept(body: bytes, statement: Statement) -> Kept:
    own = _like_cards(numbers_of(statement))
    return Kept(mask(body, own)[0], own)


def _like_cards(numbers: set[bytes]) -> tuple[bytes, ...]:
    """Those of the bank's own numbers that the guard would take for card numbers."""
    ordered = sorted(numbers)
    masked, found = mask(b"\n".join(ordered))
    if not found:
        return ()
    return tuple(number for number, left in zip(ordered, masked.split(b"\n"), strict=True) if number != left)


def compare_with_known(account: BankAccount, statement: Statement) -> Compared:
    """Which of its lines the account has already."""
    if not statement.lines:
        return Compared((), (), ())
    days = [line.booked_on for line in statement.lines]
    rows = BankLine.objects.filter(bank_account=account, booked_on__range=(min(days), max(days)))
    fields = rows.order_by("pk").values_list(
        "identity",
        "booked_on",
        "amount_minor",
        "counterparty",
        "reference",
        "description",
        "statement__format",
    )
    known = (
        KnownLine(identity, day, minor, " ".join(texts), file_format)
        for identity, day, minor, *texts, file_format in fields.iterator(5000)
    )
    return compare(statement.lines, known, statement.format)


def stated_of(account: BankAccount) -> list[Stated]:
    """The account's statements that give balances."""
    rows = StatementFile.objects.filter(
        bank_account=account, opening_minor__isnull=False, closing_minor__isnull=False,
        starts_on__isnull=False, ends_on__isnull=False,
    )  # fmt: skip
    fields = rows.values_list("pk", "starts_on", "ends_on", "opening_minor", "closing_minor")
    return [
        Stated(key, starts, ends, opening, closing)
        for key, starts, ends, opening, closing in fields
        if starts and ends and opening is not None and closing is not None
    ]


def gaps_of(account: BankAccount) -> list[Gap]:
    """Where the balances of the account's statements jump."""
    return gaps(stated_of(account), moved_by_day(account))


def moved_by_day(account: BankAccount) -> dict[date, int]:
    """What the account's lines come to, day by day, in minor units."""
    rows = BankLine.objects.filter(bank_account=account).order_by().values_list("booked_on")
    return dict(rows.annotate(total=Sum("amount_minor")))


def _warnings(account: BankAccount, statement: Statement, compared: Compared) -> Iterable[str]:
    stated = stated_of(account)
    if compared.reworded:
        yield (
            f"{len(compared.reworded):,} lines are told in other words than before (another format or other columns); "
            "taken as known by their day, amount and words."
        )
    doubtful = [line for _, line in compared.new if had_wholly(stated, line.booked_on)]
    if doubtful:
        yield (
            f"{len(doubtful):,} new lines are of days that an earlier statement had wholly, the first of "
            f"{doubtful[0].booked_on:%-d %b %Y} over {said(doubtful[0].minor, statement.currency)}: make sure that they "
            "are not known in other words."
        )
    yield from _gap_words(_gaps_with(account, statement, compared, stated), statement.currency)


def _gaps_with(
    account: BankAccount, statement: Statement, compared: Compared, stated: Sequence[Stated]
) -> list[Gap]:
    """The jumps before and after this statement, once its new lines are there."""
    if statement.opening_minor is None or statement.closing_minor is None:
        return []
    this = Stated(
        _THIS, statement.starts_on, statement.ends_on, statement.opening_minor, statement.closing_minor
    )
    moved = moved_by_day(account)
    for _, line in compared.new:
        moved[line.booked_on] = moved.get(line.booked_on, 0) + line.minor
    return [gap for gap in gaps([*stated, this], moved) if _THIS in (gap.before.key, gap.after.key)]


def _gap_words(found: Iterable[Gap], currency: str) -> Iterable[str]:
    for gap in found:
        yield words_of_gap(gap, currency)


def words_of_gap(gap: Gap, currency: str) -> str:
    """What a jump means, in the accountant's words."""
    return (
        f"The statement up to {gap.before.ends_on:%-d %b %Y} closes with {said(gap.before.closing_minor, currency)}, the one "
        f"from {gap.after.starts_on:%-d %b %Y} opens with {said(gap.after.opening_minor, currency)}: "
        f"{said(gap.minor, currency)} moved that no line tells of. Import the statement in between."
    )
