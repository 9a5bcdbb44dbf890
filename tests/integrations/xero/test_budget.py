from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone
from requests.structures import CaseInsensitiveDict

from integrations.core.failures import TransientFailure
from integrations.models import ApiCall, CallBudget, Connection
from integrations.xero.budget import Limited, budget_of, finish, forecast_of, learn_day_limit, reserve
from tests.factories import XeroConnectionFactory


def headers(minute: int, day: int) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict({"x-minlimit-remaining": str(minute), "x-daylimit-remaining": str(day)})


def past_calls(connection: Connection, count: int) -> None:
    ApiCall.objects.bulk_create(
        ApiCall(
            pair=connection.pair,
            connection=connection,
            system="xero",
            purpose="invoices",
            method="PUT",
            path="/Invoices",
            started_at=timezone.now() - timedelta(minutes=30),
            milliseconds=100,
            outcome="ok",
        )
        for _ in range(count)
    )


@pytest.mark.django_db
def test_the_first_call_of_a_connection_opens_its_budget() -> None:
    connection = XeroConnectionFactory()
    reservation = reserve(connection)
    row = CallBudget.objects.get(connection=connection)
    assert [flight for flight, _ in row.flights] == [reservation.flight]
    finish(connection, reservation, headers(59, 4_999))
    row.refresh_from_db()
    assert (row.flights, row.minute_remaining, row.day_remaining) == ([], 59, 4_999)


@pytest.mark.django_db
def test_a_day_that_is_used_up_parks_the_organisation_until_xero_said() -> None:
    connection = XeroConnectionFactory()
    finish(connection, reserve(connection), headers(59, 0), Limited("day", 40_000))
    row = CallBudget.objects.get(connection=connection)
    assert "today" in row.parked_because
    with pytest.raises(TransientFailure, match="today") as caught:
        reserve(connection)
    assert caught.value.retry_after is not None
    assert 39_990 < caught.value.retry_after <= 40_000


@pytest.mark.django_db
def test_too_many_at_once_waits_a_moment_instead_of_failing() -> None:
    connection = XeroConnectionFactory()
    out = [reserve(connection) for _ in range(5)]
    slept: list[float] = []

    def land_one(seconds: float) -> None:
        slept.append(seconds)
        finish(connection, out.pop(), {})

    assert reserve(connection, sleep=land_one).flight
    assert len(slept) == 1


@pytest.mark.django_db
def test_who_waits_too_long_for_a_place_is_told_to_come_back() -> None:
    connection = XeroConnectionFactory()
    for _ in range(5):
        reserve(connection)
    slept: list[float] = []
    with pytest.raises(TransientFailure, match="five calls at once"):
        reserve(connection, sleep=slept.append)
    assert sum(slept) == pytest.approx(5.0)


@pytest.mark.django_db
def test_an_administrators_own_day_limit_wins() -> None:
    connection = XeroConnectionFactory(config={"day_limit": 300})
    finish(connection, reserve(connection), headers(59, 4_000))
    assert budget_of(connection).day_limit == 300
    assert learn_day_limit(connection) == 300


@pytest.mark.django_db
@pytest.mark.parametrize(("used", "remaining", "limit"), [(600, 400, 1_000), (600, 4_400, 5_000)])
def test_the_tier_is_learnt_from_what_we_used_and_what_remains(used: int, remaining: int, limit: int) -> None:
    connection = XeroConnectionFactory()
    past_calls(connection, used)
    finish(connection, reserve(connection), headers(59, remaining))
    assert budget_of(connection).day_limit == limit


@pytest.mark.django_db
def test_the_forecast_takes_the_calls_of_others_into_account() -> None:
    connection = XeroConnectionFactory()
    past_calls(connection, 10)
    finish(connection, reserve(connection), headers(59, 3_000))
    seen = forecast_of(connection)
    assert (seen.used, seen.limit, seen.projected) == (2_000, 5_000, 2_000)


@pytest.mark.django_db(transaction=True)
def test_processes_that_reserve_at_once_never_take_more_than_the_minute_has() -> None:
    connection = XeroConnectionFactory()
    CallBudget.objects.create(connection=connection, minute_window=[[int(timezone.now().timestamp()), 50]])
    taken: list[str] = []

    def work() -> None:
        for _ in range(5):
            try:
                reservation = reserve(connection)
            except TransientFailure:
                continue
            taken.append(reservation.flight)
            finish(connection, reservation, {})
        database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(taken) == 10
    window = CallBudget.objects.get(connection=connection).minute_window
    assert sum(count for _, count in window) == 60
