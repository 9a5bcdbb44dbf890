"""Release, abort, void, cancel, refund, repeat and authorise as the protocol posts them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.opayo.rig import VISA, Opayo, make_opayo

SERVICE = "/gateway/service"


class Vendor:
    """Posts the shared operations with what a registration gave it."""

    def __init__(self, opayo: Opayo, code: str = "HF-1-1", **changes: str) -> None:
        self.opayo = opayo
        self.code = code
        reply = opayo.register(code, **changes)
        opayo.system.customer_pays(reply["NextURL"], card_number=VISA)
        opayo.answer()
        self.vps_tx_id = reply["VPSTxId"]
        self.key = reply["SecurityKey"]
        self.number = opayo.notification().get("TxAuthNo", "")

    def own(self, kind: str, **more: str) -> dict[str, str]:
        fields = {
            "VPSProtocol": "4.00", "TxType": kind, "Vendor": "tillbridge", "VendorTxCode": self.code,
            "VPSTxId": self.vps_tx_id, "SecurityKey": self.key, "TxAuthNo": self.number,
        }  # fmt: skip
        return self.opayo.post(f"{SERVICE}/{kind.lower()}.vsp", without_blanks(fields | more))

    def new(self, kind: str, code: str, amount: str, **more: str) -> dict[str, str]:
        fields = {
            "VPSProtocol": "4.00", "TxType": kind, "Vendor": "tillbridge", "VendorTxCode": code,
            "Amount": amount, "Currency": "GBP", "Description": "A follow-up",
            "RelatedVPSTxId": self.vps_tx_id, "RelatedVendorTxCode": self.code,
            "RelatedSecurityKey": self.key, "RelatedTxAuthNo": self.number,
        }  # fmt: skip
        service = "repeat" if kind.startswith("REPEAT") else kind.lower()
        return self.opayo.post(f"{SERVICE}/{service}.vsp", without_blanks(fields | more))

    @property
    def truth(self) -> dict[str, object]:
        return self.opayo.truth_of(self.vps_tx_id)


def without_blanks(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def code_of(reply: dict[str, str]) -> str:
    return reply["StatusDetail"][:4]


def test_a_release_takes_less_than_the_original_and_only_once(opayo: Opayo) -> None:
    vendor = Vendor(opayo, TxType="DEFERRED")
    assert code_of(vendor.own("RELEASE", ReleaseAmount="38.35")) == "4049"
    assert code_of(vendor.own("RELEASE", ReleaseAmount="0.00")) == "3102"
    assert code_of(vendor.own("RELEASE", ReleaseAmount="20.00")) == "2004"
    assert code_of(vendor.own("RELEASE", ReleaseAmount="1.00")) == "4038"
    assert vendor.truth["captured"] == Decimal("20.00")


def test_an_aborted_payment_cannot_be_released(opayo: Opayo) -> None:
    vendor = Vendor(opayo, TxType="DEFERRED")
    assert code_of(vendor.own("ABORT")) == "2006"
    assert code_of(vendor.own("RELEASE", ReleaseAmount="1.00")) == "4040"


def test_a_release_comes_too_late_after_thirty_days(opayo: Opayo) -> None:
    vendor = Vendor(opayo, TxType="DEFERRED")
    opayo.pass_time(days=31)
    assert code_of(vendor.own("RELEASE", ReleaseAmount="1.00")) == "4039"


def test_only_deferred_payments_are_released_or_aborted(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    assert code_of(vendor.own("RELEASE", ReleaseAmount="1.00")) == "4037"
    assert code_of(vendor.own("ABORT")) == "4037"


def test_a_void_works_until_midnight_in_london(opayo: Opayo) -> None:
    early, late = Vendor(opayo, "A-1"), Vendor(opayo, "A-2")
    opayo.pass_time(hours=10, minutes=59)
    assert code_of(early.own("VOID")) == "2005"
    assert early.truth["captured"] == Decimal(0)
    opayo.pass_time(minutes=1)
    assert code_of(late.own("VOID")) == "5004"
    assert code_of(early.own("VOID")) == "4036"


def test_a_deferred_payment_that_was_not_released_is_not_voided(opayo: Opayo) -> None:
    assert code_of(Vendor(opayo, TxType="DEFERRED").own("VOID")) == "4041"


def test_refunds_add_up_to_the_original_at_most(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    assert code_of(vendor.new("REFUND", "R-0", "1.00")) == "4050"
    opayo.pass_time(days=1)
    first = vendor.new("REFUND", "R-1", "30.00")
    assert first["Status"] == "OK"
    assert {"VPSTxId", "TxAuthNo", "SecurityKey"} <= first.keys()
    assert code_of(vendor.new("REFUND", "R-2", "8.35")) == "4035"
    assert vendor.new("REFUND", "R-3", "8.34")["Status"] == "OK"
    assert code_of(vendor.new("REFUND", "R-4", "0.01")) == "4034"


def test_a_refund_before_settlement_goes_through_if_the_switch_says_so() -> None:
    vendor = Vendor(make_opayo(refund_before_settlement="allowed"))
    assert vendor.new("REFUND", "R-1", "38.34")["Status"] == "OK"


def test_a_refund_wants_a_new_code_the_same_currency_and_the_right_secrets(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    opayo.pass_time(days=1)
    assert code_of(vendor.new("REFUND", "HF-1-1", "1.00")) == "4042"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", Currency="EUR")) == "4033"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedSecurityKey="ABCDEFGHIJ")) == "4031"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedTxAuthNo="1")) == "4030"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedVendorTxCode="X")) == "4029"
    unknown = "{00000000-0000-0000-0000-000000000000}"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedVPSTxId=unknown)) == "4028"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedVPSTxId="")) == "3070"
    assert code_of(vendor.new("REFUND", "R-1", "1.00", RelatedSecurityKey="")) == "3033"
    assert vendor.new("REFUND", "R-1", "1.00")["Status"] == "OK"


def test_a_voided_refund_may_be_given_again(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    opayo.pass_time(days=1)
    refund = vendor.new("REFUND", "R-1", "38.34")
    voided = vendor.own(
        "VOID", VendorTxCode="R-1", VPSTxId=refund["VPSTxId"], SecurityKey=refund["SecurityKey"],
        TxAuthNo=refund["TxAuthNo"],
    )  # fmt: skip
    assert code_of(voided) == "2005"
    assert vendor.new("REFUND", "R-2", "38.34")["Status"] == "OK"


def test_refunds_of_refunds_and_of_very_old_sales_are_refused(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    opayo.pass_time(days=1)
    refund = vendor.new("REFUND", "R-1", "1.00")
    again = vendor.new(
        "REFUND", "R-2", "1.00", RelatedVPSTxId=refund["VPSTxId"], RelatedVendorTxCode="R-1",
        RelatedSecurityKey=refund["SecurityKey"], RelatedTxAuthNo=refund["TxAuthNo"],
    )  # fmt: skip
    assert code_of(again) == "4041"
    opayo.pass_time(days=731)
    assert code_of(vendor.new("REFUND", "R-3", "1.00")) == "5036"


def test_a_repeat_charges_the_card_again(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    reply = vendor.new("REPEAT", "S-1", "99.00", CV2="123")
    assert (reply["Status"], reply["CV2Result"], reply["BankAuthCode"]) == ("OK", "MATCHED", "999777")
    assert opayo.captured(reply["VPSTxId"]) == Decimal("99.00")
    held = vendor.new("REPEATDEFERRED", "S-2", "5.00")
    assert opayo.truth_of(held["VPSTxId"])["state"] == 14


def test_authorises_reach_115_per_cent_and_no_more(opayo: Opayo) -> None:
    vendor = Vendor(opayo, TxType="AUTHENTICATE", Amount="100.00")
    assert vendor.new("AUTHORISE", "U-1", "100.00", RelatedTxAuthNo="")["Status"] == "OK"
    assert code_of(vendor.new("AUTHORISE", "U-2", "15.01")) == "4044"
    assert vendor.new("AUTHORISE", "U-3", "15.00")["Status"] == "OK"
    assert vendor.truth["state"] == 26


def test_a_cancelled_authenticate_authorises_nothing(opayo: Opayo) -> None:
    vendor = Vendor(opayo, TxType="AUTHENTICATE")
    assert code_of(vendor.own("CANCEL")) == "2012"
    assert code_of(vendor.new("AUTHORISE", "U-1", "1.00")) == "5004"
    assert code_of(Vendor(opayo, "A-2").own("CANCEL")) == "4045"


def test_an_authorise_needs_an_authenticate(opayo: Opayo) -> None:
    assert code_of(Vendor(opayo).new("AUTHORISE", "U-1", "1.00")) == "4045"


def test_the_service_and_the_type_must_agree(opayo: Opayo) -> None:
    reply = opayo.post(
        f"{SERVICE}/refund.vsp", {"VPSProtocol": "4.00", "TxType": "VOID", "Vendor": "tillbridge"}
    )
    assert code_of(reply) == "3014"


def test_a_token_is_removed_once(opayo: Opayo) -> None:
    opayo.sell(CreateToken="1")
    fields = {
        "VPSProtocol": "4.00", "TxType": "REMOVETOKEN", "Vendor": "tillbridge",
        "Token": opayo.notification()["Token"],
    }  # fmt: skip
    codes = [code_of(opayo.post(f"{SERVICE}/removetoken.vsp", fields)) for _ in range(2)]
    assert codes == ["2017", "2018"]
    assert code_of(opayo.post(f"{SERVICE}/removetoken.vsp", fields | {"Token": "x"})) == "3190"


@pytest.mark.parametrize("field", ["VPSTxId", "SecurityKey", "TxAuthNo"])
def test_an_operation_names_its_transaction_in_full(opayo: Opayo, field: str) -> None:
    missing = {"VPSTxId": "3046", "SecurityKey": "3074", "TxAuthNo": "3072"}
    malformed = {"VPSTxId": "3047", "SecurityKey": "3075", "TxAuthNo": "3073"}
    vendor = Vendor(opayo)
    assert code_of(vendor.own("VOID", **{field: ""})) == missing[field]
    assert code_of(vendor.own("VOID", **{field: "?"})) == malformed[field]


def test_what_the_merchant_does_in_my_opayo_obeys_the_same_rules(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell()
    refused = opayo.system.merchant_refunds(vps_tx_id, Decimal("1.00"), "R-1")
    assert refused["StatusDetail"].startswith("4050")
    opayo.pass_time(days=1)
    made = opayo.system.merchant_refunds(vps_tx_id, Decimal("1.00"), "R-1")
    assert opayo.captured(made["VPSTxId"]) == Decimal("1.00")
    assert opayo.system.merchant_voids(made["VPSTxId"])["Status"] == "OK"
    held = opayo.sell("A-2", TxType="DEFERRED")
    assert opayo.system.merchant_releases(held, Decimal("3.00"))["Status"] == "OK"
    assert opayo.captured(held) == Decimal("3.00")
