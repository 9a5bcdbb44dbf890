"""People, pairs and the accounts of their books."""

from __future__ import annotations

from typing import Any, cast

from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from integrations.models import AccountRole, Membership, Pair, Role, User
from tests.factories.base import Maker


class UserRows(DjangoModelFactory[User]):
    """A person who can log in with the password "correct horse battery"."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@tillbridge.example")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", "correct horse battery")
        return User.objects.create_user(kwargs.pop("email"), password, **kwargs)


class PairRows(DjangoModelFactory[Pair]):
    """A pair whose books are in pounds and keep euros and dollars too."""

    class Meta:
        model = Pair

    name = Sequence(lambda n: f"Harbour & Finch {n}")
    slug = Sequence(lambda n: f"harbour-finch-{n}")
    currencies_kept = LazyFunction(lambda: ["EUR", "USD"])


class MembershipRows(DjangoModelFactory[Membership]):
    """An administrator of a pair."""

    class Meta:
        model = Membership

    user = SubFactory(UserRows)
    pair = SubFactory(PairRows)
    role = Role.ADMINISTRATOR


class AccountRoleRows(DjangoModelFactory[AccountRole]):
    """Sales go to account 200."""

    class Meta:
        model = AccountRole

    pair = SubFactory(PairRows)
    role = AccountRole.Role.SALES
    account_code = "200"


UserFactory: Maker[User] = cast("Maker[User]", UserRows)
PairFactory: Maker[Pair] = cast("Maker[Pair]", PairRows)
MembershipFactory: Maker[Membership] = cast("Maker[Membership]", MembershipRows)
AccountRoleFactory: Maker[AccountRole] = cast("Maker[AccountRole]", AccountRoleRows)


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
