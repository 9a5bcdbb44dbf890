"""Tells the vendor what became of a transaction, hears the answer, and gives up after a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.kernel.wire import Outgoing, Reply
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.monitor import INACTIVITY, abort_retry_delay
from sandbox.opayo.core.notification import Answer, read_answer, sign_and_encode
from sandbox.opayo.core.status_codes import status_detail
from sandbox.opayo.core.transaction import State
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record

_HEADERS = {"content-type": "application/x-www-form-urlencoded"}
ANSWER_AWAITED = 60.0
"""Seconds of the machine clock during which the monitor waits for a call that is under way."""


def notification_fields(record: Record) -> dict[str, str]:
    """The fields of the notification as the transaction stands now, unsigned."""
    tx = record.tx
    return {
        "VPSProtocol": record.protocol,
        "TxType": tx.tx_type.value,
        "VendorTxCode": tx.vendor_tx_code,
        "VPSTxId": f"{{{tx.vps_tx_id}}}",
        "Status": tx.status,
        "TxAuthNo": str(tx.tx_auth_no) if tx.tx_auth_no else "",
        "GiftAid": record.fields.get("GiftAidPayment", "0"),
        **record.results,
    }


class Notifier:
    """Notifications of Server transactions, their answers, repeats and the ABORT ladder."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def restore(self, record: Record) -> None:
        """Take up again, after a restart, what is to be done about a transaction."""
        if record.tx.is_unfinished:
            self._watch(record)
            self._plan_resend(record)
        elif record.notice.get("abort_due") is not None:
            self._gateway.agenda.note(record.notice["abort_due"], "abort", record.tx.vps_tx_id)

    def touch(self, record: Record) -> None:
        """The customer did something: the monitor's quarter of an hour begins anew."""
        record.notice["active_at"] = self._gateway.now()
        self._gateway.records.save(record)

    def start_watch(self, record: Record) -> None:
        """Let the monitor watch a new transaction."""
        record.notice["active_at"] = record.tx.started
        self._watch(record)

    def announce(self, record: Record) -> None:
        """Send the result for the first time; the caller has decided it, this saves it."""
        record.notice["active_at"] = record.notice["first_sent_at"] = self._gateway.now()
        record.machine.setdefault("notified", self._gateway.machine())
        self._send(record)
        self._plan_resend(record)

    def redeliver(self, record: Record) -> None:
        """Send the last notification once more, as it is."""
        self._send(record)

    # Answers

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the vendor's answer to a notification."""
        record = self._landed(key)
        if record is not None:
            self._hear(record, read_answer(reply.status, reply.body))

    def failed(self, key: str, reason: str) -> None:
        """Hear that a notification got no answer."""
        record = self._landed(key)
        if record is not None:
            self._hear(record, Answer(problem=reason))

    def _landed(self, key: str) -> Record | None:
        record = self._gateway.records.get(key.split("/", 1)[0])
        if record is not None and record.notice.get("in_flight") == key:
            record.notice["in_flight"] = ""
        return record

    def _hear(self, record: Record, answer: Answer) -> None:
        if record.tx.state is State.AWAITING_VENDOR:
            lost = (
                Answer(problem="the answer was lost on its way")
                if record.notice.get("answers_lost")
                else answer
            )
            self._conclude(record, lost)
        elif record.tx.state is State.CANCELLED_INACTIVE and not answer.problem:
            record.notice["abort_due"] = None
            record.notice["answered"] = True
        self._gateway.records.save(record)

    def _conclude(self, record: Record, answer: Answer) -> None:
        record.notice["problem"] = answer.problem
        if answer.problem:
            return
        record.notice["redirect"] = answer.redirect_url
        record.notice["answered"] = True
        if answer.is_refused:
            record.tx = life.refuse_by_vendor(record.tx)
            return
        record.tx = life.complete(record.tx)
        self._gateway.mark_captured(record)
        self._gateway.schedule_expiry(record.tx, life.expires_at(record.tx))

    # The monitor

    def give_up(self, record: Record) -> None:
        """Cancel a transaction nobody finished in time, and begin to post ABORT."""
        notice, now = record.notice, self._gateway.now()
        if not record.tx.is_unfinished:
            return
        under_way = self._is_under_way(record)
        if under_way or now < notice["active_at"] + INACTIVITY:
            self._watch(record, at_least=now if under_way else None)
            return
        record.tx = life.cancel_unfinished(record.tx)
        record.results["StatusDetail"] = status_detail("2008")
        self.post_abort(record, now)

    def post_abort(self, record: Record, due: datetime) -> None:
        """Post ABORT (again), and plan the next attempt from the time this one was due."""
        notice = record.notice
        if notice.get("answered") and "aborts" in notice:
            return
        if self._is_under_way(record):
            self._gateway.agenda.note(self._gateway.now(), "abort", record.tx.vps_tx_id)
            return
        notice["aborts"] = notice.get("aborts", 0) + 1
        delay = abort_retry_delay(notice["aborts"])
        notice["abort_due"] = None if delay is None else due + delay
        if delay is not None:
            self._gateway.agenda.note(due + delay, "abort", record.tx.vps_tx_id)
        self._send(record)

    def resend(self, record: Record) -> None:
        """Send an unanswered result again, while the monitor has not given up."""
        if record.tx.state is not State.AWAITING_VENDOR:
            return
        if self._gateway.now() >= record.notice["active_at"] + INACTIVITY:
            return
        record.notice["resends"] = record.notice.get("resends", 0) + 1
        self._plan_resend(record)
        if not self._is_under_way(record):
            self._send(record)

    def _watch(self, record: Record, at_least: datetime | None = None) -> None:
        due = record.notice["active_at"] + INACTIVITY
        due = max(due, at_least) if at_least is not None else due
        self._gateway.agenda.note(due, "monitor", record.tx.vps_tx_id)

    def _plan_resend(self, record: Record) -> None:
        delays = self._gateway.switches["notification_resends"]
        done = record.notice.get("resends", 0)
        first = record.notice.get("first_sent_at")
        if first is not None and done < len(delays):
            due = first + timedelta(seconds=delays[done])
            self._gateway.agenda.note(due, "resend", record.tx.vps_tx_id)

    def _is_under_way(self, record: Record) -> bool:
        since = record.notice.get("in_flight_since", 0.0)
        is_open = bool(record.notice.get("in_flight"))
        return is_open and self._gateway.machine() - since < ANSWER_AWAITED

    def _send(self, record: Record) -> None:
        notice, tx = record.notice, record.tx
        notice["sent"] = notice.get("sent", 0) + 1
        key = f"{tx.vps_tx_id}/{tx.status}/{notice['sent']}"
        notice["in_flight"] = key
        notice["in_flight_since"] = self._gateway.machine()
        fields = notification_fields(record)
        body = sign_and_encode(fields, self._gateway.vendor, tx.security_key)
        self._gateway.records.save(record)
        url = record.fields["NotificationURL"]
        self._gateway.world.send(Outgoing("opayo", key, "opayo.notification", url, body, _HEADERS))
