"""`manage.py tie_dispute`: say which sale a dispute is about, or list those of which nobody knows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.clock import business_now
from integrations.disputes.acting import act
from integrations.disputes.core.notices import DisputeNotice
from integrations.models import Dispute, Pair, Payment, User


class Command(BaseCommand):
    """What a person does on a dispute's page."""

    help = "Without --case: list disputes of no known sale, a line of JSON each, with the likeliest and the reasons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pair", required=True, help="the pair's address, such as harbour-finch")
        parser.add_argument("--case", default="", help="the acquirer's number of the dispute")
        parser.add_argument("--payment", default="", help="the VendorTxCode of its sale")
        parser.add_argument("--by", default="", help="the e-mail address of the person who says so")
        parser.add_argument("--reason", default="", help="why it is this one")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        if not options["case"]:
            self._list(pair)
            return
        self._tie(pair, options)

    def _list(self, pair: Pair) -> None:
        for dispute in Dispute.objects.filter(pair=pair, payment=None).order_by("raised_on", "case_id"):
            self.stdout.write(json.dumps({"case": dispute.case_id, "ties": dispute.ties}))

    def _tie(self, pair: Pair, options: dict[str, Any]) -> None:
        case, code = options["case"], options["payment"]
        if not Dispute.objects.filter(pair=pair, case_id=case).exists():
            raise CommandError(f"There is no dispute {case}.")
        if not Payment.objects.filter(pair=pair, vendor_tx_code=code).exists():
            raise CommandError(f"There is no payment {code}. Give the VendorTxCode of the sale.")
        person = User.objects.filter(email=options["by"], memberships__pair=pair).first()
        if person is None:
            raise CommandError("Say who says so: --by with the e-mail address of a person of this pair.")
        notice = DisputeNotice(case, business_now().date(), payment=code, note=options["reason"])
        act(pair, notice, "tied", by=person, reason=options["reason"])
        self.stdout.write(f"Case {case} is about {code}.")
