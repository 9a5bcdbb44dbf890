"""People, pairs and the accounts of their books."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from integrations.models import AccountRole, Membership, Pair, Role, User


class UserFactory(DjangoModelFactory[User]):
    """A person who can log in with the password "correct horse battery"."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@tillbridge.example")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", "correct horse battery")
        return User.objects.create_user(kwargs.pop("email"), password, **kwargs)


class PairFactory(DjangoModelFactory[Pair]):
    """A pair whose books are in pounds and keep euros and dollars too."""

    class Meta:
        model = Pair

    name = factory.Sequence(lambda n: f"Harbour & Finch {n}")
    slug = factory.Sequence(lambda n: f"harbour-finch-{n}")
    currencies_kept = factory.LazyFunction(lambda: ["EUR", "USD"])


class MembershipFactory(DjangoModelFactory[Membership]):
    """An administrator of a pair."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    pair = factory.SubFactory(PairFactory)
    role = Role.ADMINISTRATOR


class AccountRoleFactory(DjangoModelFactory[AccountRole]):
    """Sales go to account 200."""

    class Meta:
        model = AccountRole

    pair = factory.SubFactory(PairFactory)
    role = AccountRole.Role.SALES
    account_code = "200"


_USUAL_ACCOUNTS = (
    (AccountRole.Role.SALES, "", "200"),
    (AccountRole.Role.DELIVERY, "", "200"),
    (AccountRole.Role.ROUNDING, "", "860"),
    (AccountRole.Role.FEES, "", "404"),
    (AccountRole.Role.CLEARING, "GBP", "095"),
    (AccountRole.Role.CLEARING, "EUR", "096"),
    (AccountRole.Role.CLEARING, "USD", "097"),
)


def usual_accounts(pair: Pair) -> None:
    """The account roles of the demo's chart: sales 200, clearing 095 to 097, rounding 860, fees 404."""
    for role, currency, code in _USUAL_ACCOUNTS:
        AccountRoleFactory(pair=pair, role=role, currency=currency, account_code=code)
