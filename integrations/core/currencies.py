"""ISO 4217: the alphabetic codes in use and how many decimals each has.

The number of decimals ("minor unit" in the standard) decides what one unit of an integer amount is
worth: a penny for GBP, a whole yen for JPY, a thousandth of a dinar for KWD.
"""

from __future__ import annotations

from typing import Final

CODES_BY_DECIMALS: Final[dict[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF"
        " CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG"
        " HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU"
        " MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR"
        " SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED"
        " VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Final[dict[str, int]] = {
    code: decimals for decimals, codes in CODES_BY_DECIMALS.items() for code in codes.split()
}


class UnknownCurrencyError(ValueError):
    """A code that ISO 4217 does not list (or not in capitals)."""

    def __init__(self, currency: object) -> None:
        super().__init__(f"{currency!r} is not an ISO 4217 currency code such as GBP, EUR or JPY.")
        self.currency = currency


def exponent_of(currency: str) -> int:
    """Decimals of a currency: 2 for GBP, 0 for JPY, 3 for KWD. Raises UnknownCurrencyError."""
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise UnknownCurrencyError(currency) from None
