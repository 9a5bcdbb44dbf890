from __future__ import annotations

from datetime import UTC, datetime

from integrations.core.money import Money
from integrations.opayo.core.batches import Batch, BatchTotal, read_batches, read_screening
from integrations.opayo.core.reporting_xml import parse_reply

BATCHES = b"""<vspaccess><errorcode>0000</errorcode><batches><batch><batchid>1234</batchid>
<authprocessorname>Elavon</authprocessorname><completed>02/06/2024 01:15:07.123</completed><transactiongroups>
<transactiongroup><currency>GBP</currency><paymentnumber>12</paymentnumber><paymentvalue>345.60</paymentvalue>
<refundnumber>1</refundnumber><refundvalue>10.00</refundvalue></transactiongroup>
<transactiongroup><currency>JPY</currency><paymentvalue>500</paymentvalue></transactiongroup>
</transactiongroups></batch></batches></vspaccess>"""

SCREENING = b"""<vspaccess><errorcode>0000</errorcode><fraudprovidername>FSG</fraudprovidername><t3mid>4985075328</t3mid>
<t3mscore>37</t3mscore><t3maction>HOLD</t3maction><t3mresults>
<rule><description>Telephone number is a mobile number</description><score>4</score></rule>
<rule><description>Known customer</description><score>-8</score></rule></t3mresults></vspaccess>"""


def test_batches_are_read_with_their_totals_by_currency() -> None:
    pounds = BatchTotal("GBP", Money(34560, "GBP"), Money(1000, "GBP"), 12, 1)
    yen = BatchTotal("JPY", Money(500, "JPY"), Money(0, "JPY"))
    completed = datetime(2024, 6, 2, 0, 15, 7, 123000, tzinfo=UTC)
    assert read_batches(parse_reply(BATCHES)) == (Batch("1234", "Elavon", completed, (pounds, yen)),)
    assert pounds.net == Money(33560, "GBP")


def test_a_period_without_batches_is_empty() -> None:
    assert read_batches(parse_reply(b"<vspaccess><errorcode>0000</errorcode><batches/></vspaccess>")) == ()


def test_a_screening_is_read_with_its_reasons() -> None:
    told = read_screening(parse_reply(SCREENING))
    assert (told.provider, told.score, told.action) == ("FSG", 37, "HOLD")
    assert told.rules == (("Telephone number is a mobile number", 4), ("Known customer", -8))


def test_the_other_provider_recommends_instead_of_scoring() -> None:
    told = read_screening(
        parse_reply(
            b"<vspaccess><errorcode>0000</errorcode><fraudprovidername>ReD</fraudprovidername>"
            b"<fraudscreenrecommendation>ACCEPT</fraudscreenrecommendation><fraudcode>0100</fraudcode></vspaccess>"
        )
    )
    assert (told.score, told.recommendation, told.code, told.rules) == (None, "ACCEPT", "0100", ())
