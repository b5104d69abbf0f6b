"""The one-stop counter of Vietnamese public administration: fees, payments, certified copies.

Amounts go in and come out as whole numbers or decimal text; a float is refused. Every function calls the same Rust code as the
npm package and gives the same answer, byte for byte (see ``call``).
"""

from __future__ import annotations

import base64
import json
from typing import Any, Mapping, Sequence

from . import _native

__all__ = [
    "Error",
    "add_timestamp",
    "add_validation",
    "assess",
    "assess_columns",
    "call",
    "check_tariff",
    "complete_copy",
    "complete_signature",
    "complete_timestamp",
    "diff_tariffs",
    "explain",
    "format_tariff",
    "issue_copy",
    "notice_reference",
    "notice_verify",
    "operations",
    "order_answer",
    "order_apply",
    "order_initiate",
    "order_open",
    "order_refund",
    "order_refund_answer",
    "payment_created",
    "payment_query",
    "payment_request",
    "prepare_copy",
    "prepare_signature",
    "prepare_timestamp",
    "qr_read",
    "qr_svg",
    "quote",
    "receipt_issue",
    "receipt_remedy",
    "receipt_summary",
    "reconcile",
    "reconcile_csv",
    "reference_build",
    "reference_find",
    "run_examples",
    "sign_existing",
    "signed_level",
    "tariff_schema",
    "tariffs",
    "verify_assessment",
    "verify_copy",
    "vietqr",
    "vietqr_parse",
    "vnpay_request",
    "vnpay_verify",
    "what_if",
]


class Error(Exception):
    """What motcua refused: a stable ``code``, a message, and ``details`` by name."""

    def __init__(self, code: str, message: str, details: Mapping[str, str]) -> None:
        super().__init__(f"{message} [{code}]")
        self.code = code
        self.message = message
        self.details = dict(details)

    def __reduce__(self) -> tuple[type[Error], tuple[str, str, dict[str, str]]]:
        return (type(self), (self.code, self.message, self.details))


def _refuse_floats(value: object, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"{where} is the float {value!r}; pass an int or decimal text such as '12.5', which are exact")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_floats(item, f"{where}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{where}[{index}]")


def _open(answer: str) -> dict[str, Any]:
    value = json.loads(answer)
    if "error" in value:
        failure = value["error"]
        raise Error(failure["code"], failure["message"], failure["details"])
    result: dict[str, Any] = value["ok"]
    return result


def _run(op: str, value: Mapping[str, Any]) -> dict[str, Any]:
    _refuse_floats(value, op)
    return _open(_native.call(op, json.dumps(value, ensure_ascii=False)))


def call(op: str, input: str) -> str:
    """Runs one operation of the wire: JSON text in, JSON text out."""
    return _native.call(op, input)


def operations() -> list[str]:
    """The operations that ``call`` knows."""
    return _native.operations()


def assess(tariff: str, application: Mapping[str, Any], date: str) -> dict[str, Any]:
    """Assesses a case under a tariff that motcua ships. ``date`` is ``YYYY-MM-DD``. Raises ``Error``."""
    return _run("fees.assess", {"tariff": tariff, "application": application, "date": date})


def _tariff(tariff: str) -> dict[str, str]:
    """A shipped tariff by its name, or the TOML text of one: only a text has lines."""
    return {"tariff_toml" if "\n" in tariff else "tariff": tariff}


def assess_columns(tariff: str, application: Mapping[str, Any], date: str, columns: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Many cases of one fee: ``amounts`` (decimal text, or ``None`` with an entry in ``errors``), one for each row. Raises ``Error``."""
    rows = {name: list(column) for name, column in columns.items()}
    return _run("fees.bulk", {**_tariff(tariff), "application": application, "date": date, "columns": rows})


def what_if(tariff: str, application: Mapping[str, Any], date: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """A case as it is and with another ``date``, other ``facts`` or ``entitlements``. Raises ``Error``."""
    return _run("fees.what_if", {**_tariff(tariff), "application": application, "date": date, "change": change})


def verify_assessment(assessment: str, tariff: str | None = None) -> dict[str, Any]:
    """Computes a recorded assessment (its JSON text) again from its own inputs. Raises ``Error``."""
    return _run("fees.verify_assessment", {**(_tariff(tariff) if tariff else {}), "assessment": assessment})


def check_tariff(tariff: str) -> dict[str, Any]:
    """Every finding in a tariff with its place, and whether it is ``sound``."""
    return _run("fees.check", _tariff(tariff))


def quote(tariff: str, application: Mapping[str, Any], date: str) -> dict[str, Any]:
    """The ``total`` alone, for many cases in a row. Raises ``Error``."""
    return _run("fees.quote", {**_tariff(tariff), "application": application, "date": date})


def explain(tariff: str, application: Mapping[str, Any], date: str) -> dict[str, str]:
    """The assessment as text, ``vi`` and ``en``. Raises ``Error``."""
    return _run("fees.explain", {**_tariff(tariff), "application": application, "date": date})


def run_examples(tariff: str) -> Any:
    """Runs the worked examples that stand in a tariff. Raises ``Error``."""
    return _run("fees.test", _tariff(tariff))


def format_tariff(tariff: str) -> Any:
    """The TOML text of a tariff as the formatter writes it. Raises ``Error``."""
    return _run("fees.fmt", _tariff(tariff))


def tariff_schema() -> dict[str, Any]:
    """The JSON Schema of tariff files, for editors."""
    return _run("fees.schema", {})


def tariffs(tariff: str | None = None) -> Any:
    """The shipped tariffs at a glance, or the fees and facts of one. Raises ``Error``."""
    return _run("fees.list", _tariff(tariff) if tariff else {})


def diff_tariffs(old: str, new: str, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a new version changes over ``cases`` (``name``, ``date``, ``application``), in money. Raises ``Error``."""
    return _run("fees.diff", {"old": _tariff(old), "new": _tariff(new), "cases": list(cases)})


def vietqr(**transfer: Any) -> str:
    """The text of a VietQR code: ``bank``, ``account``, ``amount``, ``memo`` and so on. Raises ``Error``."""
    return str(_run("payments.vietqr.build", transfer)["text"])


def vietqr_parse(text: str) -> dict[str, Any]:
    """The transfer that a VietQR text asks for. Raises ``Error``."""
    return _run("payments.vietqr.parse", {"text": text})


def vnpay_request(account: Mapping[str, Any], payment: Mapping[str, Any]) -> dict[str, Any]:
    """The signed address to send a payer to. Raises ``Error``."""
    return _run("payments.vnpay.request", {"account": account, "payment": payment})


def vnpay_verify(
    account: Mapping[str, Any], notice: Mapping[str, Any], expected: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What to make of a notice, and the exact answer to give to the gateway."""
    return _run("payments.vnpay.verify", {"account": account, "notice": notice, "expected": expected})


def qr_read(text: str) -> dict[str, Any]:
    """What a tolerant look at any EMVCo code shows: objects, check sum, findings, scheme, transfer. Raises ``Error``."""
    return _run("payments.qr.read", {"text": text})


def payment_request(gateway: str, account: Mapping[str, Any], payment: Mapping[str, Any]) -> dict[str, Any]:
    """What to send to a gateway (``outgoing``) for a payment, and the ``warning`` of a gateway whose rules come from public code
    alone. ``gateway`` is vnpay, momo, zalopay, payos, onepay, viettelpay, payplatform or keypay. Raises ``Error``."""
    return _run("payments.request", {"gateway": gateway, "account": account, "payment": payment})


def payment_created(
    gateway: str, account: Mapping[str, Any], payment: Mapping[str, Any], answer: Mapping[str, Any]
) -> dict[str, Any]:
    """Where to send the payer, from the gateway's ``answer`` (``body``, ``asked_over_tls``) to a request. Raises ``Error``."""
    return _run("payments.created", {"gateway": gateway, "account": account, "payment": payment, "answer": answer})


def payment_query(gateway: str, account: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """The question what became of a payment, ready to send. Raises ``Error``."""
    return _run("payments.query", {"gateway": gateway, "account": account, "message": message})


def notice_verify(
    gateway: str, account: Mapping[str, Any], notice: Mapping[str, Any], expected: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What to make of a notice, and the exact answer to give to the gateway. Raises ``Error``."""
    return _run("payments.verify", {"gateway": gateway, "account": account, "notice": notice, "expected": expected})


def notice_reference(gateway: str, account: Mapping[str, Any], notice: Mapping[str, Any]) -> dict[str, Any]:
    """The ``reference`` that a notice claims, to look the order up with; nothing is verified. Raises ``Error``."""
    return _run("payments.claimed_reference", {"gateway": gateway, "account": account, "notice": notice})


def order_open(id: str, due: Mapping[str, Any], opened_at: str, expires_at: str | None = None) -> dict[str, Any]:
    """A new order over ``due``; instants are RFC 3339 text. Store it after each step. Raises ``Error``."""
    return _run("payments.order.open", {"id": id, "due": due, "opened_at": opened_at, "expires_at": expires_at})


def order_initiate(order: Mapping[str, Any], attempt: Mapping[str, Any], who: str) -> dict[str, Any]:
    """The order with an attempt (``gateway``, ``environment``, ``merchant``, ``reference``, ``at``), to be stored before the request
    is sent. Raises ``Error``."""
    return _run("payments.order.initiate", {"order": order, "attempt": attempt, "who": who})


def order_apply(
    gateway: str, account: Mapping[str, Any], notice: Mapping[str, Any], order: Mapping[str, Any], now: str, who: str
) -> dict[str, Any]:
    """Judges a notice and applies it: ``verdict``, the ``order`` after it, the ``acknowledgement`` to give. Raises ``Error``."""
    value = {"gateway": gateway, "account": account, "notice": notice, "order": order, "now": now, "who": who}
    return _run("payments.order.apply", value)


def order_answer(
    gateway: str,
    account: Mapping[str, Any],
    answer: Mapping[str, Any],
    reference: str,
    order: Mapping[str, Any],
    now: str,
    who: str,
) -> dict[str, Any]:
    """Applies the gateway's ``answer`` to a query about ``reference``: the ``changes`` and the ``order``. Raises ``Error``."""
    value = {"gateway": gateway, "account": account, "answer": answer, "reference": reference}
    return _run("payments.order.answer", {**value, "order": order, "now": now, "who": who})


def order_refund(
    gateway: str,
    account: Mapping[str, Any],
    order: Mapping[str, Any],
    reference: str,
    amount: Mapping[str, Any],
    attempt: int,
    message: Mapping[str, Any],
    now: str,
    who: str,
) -> dict[str, Any]:
    """Locks a refund of the payment ``reference`` and gives its message (``outgoing``); store the ``order`` before it is sent. The
    same ``attempt`` gives the same refund. Raises ``Error``."""
    value = {"gateway": gateway, "account": account, "order": order, "reference": reference, "amount": amount}
    return _run("payments.order.refund", {**value, "attempt": attempt, "message": message, "now": now, "who": who})


def order_refund_answer(
    gateway: str,
    account: Mapping[str, Any],
    order: Mapping[str, Any],
    refund: str,
    answer: Mapping[str, Any],
    now: str,
    who: str,
) -> dict[str, Any]:
    """The ``order`` after the gateway's ``answer`` to the refund with this identifier. Raises ``Error``."""
    value = {"gateway": gateway, "account": account, "order": order, "refund": refund, "answer": answer}
    return _run("payments.order.refund_answer", {**value, "now": now, "who": who})


def reference_build(number: int) -> str:
    """An order reference of twelve characters that survives banks. Raises ``Error``."""
    return str(_run("payments.reference.build", {"number": number})["reference"])


def reference_find(text: str) -> dict[str, Any]:
    """The references in a bank's credit text: ``found`` is one, several or nothing."""
    return _run("payments.reference.find", {"text": text})


def qr_svg(text: str, medium: str = "screen") -> str:
    """A QR symbol as SVG for a ``screen`` or for ``paper``. Raises ``Error``."""
    return str(_run("payments.qr.svg", {"text": text, "medium": medium})["svg"])


def reconcile(orders: Sequence[Mapping[str, Any]], statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Compares statements (``format`` camt, table or webhook, with ``text`` and ``mapping``) with orders. Raises ``Error``."""
    return _run("payments.reconcile", {"orders": orders, "statements": statements})


def reconcile_csv(
    orders: Sequence[Mapping[str, Any]],
    statements: Sequence[Mapping[str, Any]],
    *,
    byte_order_mark: bool = True,
    delimiter: str = ",",
) -> str:
    """The rows of ``reconcile`` as CSV that Excel opens with its accents. Raises ``Error``."""
    books = {"orders": orders, "statements": statements}
    value = {"books": books, "byte_order_mark": byte_order_mark, "delimiter": delimiter}
    return str(_run("payments.reconcile.csv", value)["csv"])


def receipt_issue(
    draft: Mapping[str, Any],
    counter: Mapping[str, Any],
    replaces: Mapping[str, Any] | None = None,
    why: str | None = None,
) -> dict[str, Any]:
    """A receipt with the next number: ``receipt``, the ``counter`` after it, a neutral ``xml``. Raises ``Error``."""
    return _run("payments.receipt.issue", {"draft": draft, "counter": counter, "replaces": replaces, "why": why})


def receipt_remedy(issued: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """Whether a wrong receipt needs a notice of error or a replacement. Raises ``Error``."""
    return _run("payments.receipt.remedy", {"issued": issued, "right": right})


def receipt_summary(date: str, receipts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The daily summary, form 01/TH-BLĐT. Raises ``Error``."""
    return _run("payments.receipt.summary", {"date": date, "receipts": receipts})


def issue_copy(originals: Sequence[bytes], request: Mapping[str, Any]) -> bytes:
    """Issues a certified copy: facts, pages, and the keys of official and agency in; the signed PDF out. Raises ``Error``.

    ``accept`` in the request names in what the capture may fall short of the law (``low_resolution``, ``not_colour``,
    ``unusual_size``, ``pages_missing``, ``signature_lost``, ``attachments_lost``); the copy then says so. Without it, each of these
    is refused. Where several officials sign (``co_officials`` in the facts, each with ``name`` and ``capacity``), ``co_officials`` of
    the request gives their keys in the same order. ``statement_place`` in the facts (``left``, ``top``, ``width``, ``height`` in whole
    millimetres) sets the statement into a blank place of the last captured page; without it, it has a page of its own.
    """
    _refuse_floats(request, "copies.issue")
    try:
        return _native.issue_copy([bytes(o) for o in originals], json.dumps(request, ensure_ascii=False))
    except ValueError as failure:
        _open(str(failure))
        raise


def prepare_copy(originals: Sequence[bytes], request: Mapping[str, Any]) -> dict[str, Any]:
    """Lays a copy out whose keys are elsewhere: ``official``, ``co_officials`` and ``agency`` give ``chain_pem`` alone.

    The answer says whose signature is due (``role``; for a ``co_official`` which ``official``, from 2) over which bytes (``to_be_signed_base64``, ``digest_base64``) by which
    ``algorithm``. Its ``state`` is plain data: keep it as JSON and go on in another process with ``complete_copy``. Raises ``Error``.
    """
    _refuse_floats(request, "copies.prepare")
    return _open(_native.prepare_copy([bytes(o) for o in originals], json.dumps(request, ensure_ascii=False)))


def complete_copy(state: Mapping[str, Any], signature: bytes | None = None, *, cms: bytes | None = None) -> dict[str, Any]:
    """Takes the signature that was due, or a whole CMS: what is due next, or the copy as ``copy_base64``. Raises ``Error``."""
    given: dict[str, Any] = {"state": state}
    if signature is not None:
        given["signature_base64"] = base64.b64encode(signature).decode()
    if cms is not None:
        given["cms_base64"] = base64.b64encode(cms).decode()
    return _run("copies.complete", given)


def _pdf(answer: Mapping[str, Any]) -> bytes:
    return base64.b64decode(answer["pdf_base64"])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign_existing(pdf: bytes, key_pem: str, chain_pem: str, options: Mapping[str, Any]) -> bytes:
    """Signs any unencrypted PDF by an incremental update (PAdES-B-B). Raises ``Error``.

    ``options``: ``field`` (one that is there and unsigned, else a new one) and ``claimed_at``; where wanted ``name``, ``reason``,
    ``location``, ``certify`` (1 to 3), ``timestamp_room`` in bytes, ``algorithms``.
    """
    given = {"pdf_base64": _text(pdf), "options": options, "key_pem": key_pem, "chain_pem": chain_pem}
    return _pdf(_run("copies.existing.sign", given))


def prepare_signature(pdf: bytes, signer: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a key that is elsewhere: what is to be signed, and the ``state`` for ``complete_signature``. Raises ``Error``.

    ``signer`` gives ``chain_pem``, and the ``algorithm`` where it is not the key's usual one.
    """
    return _run("copies.existing.prepare", {"pdf_base64": _text(pdf), "signer": signer, "options": options})


def complete_signature(state: Mapping[str, Any], signature: bytes | None = None, *, cms: bytes | None = None) -> bytes:
    """Takes the signature that was due, or a whole CMS, and gives the signed PDF. Raises ``Error``."""
    given: dict[str, Any] = {"state": state}
    if signature is not None:
        given["signature_base64"] = _text(signature)
    if cms is not None:
        given["cms_base64"] = _text(cms)
    return _pdf(_run("copies.existing.complete", given))


def signed_level(pdf: bytes) -> dict[str, Any]:
    """How far a signed PDF has come: ``level``, ``closed``, ``signatures`` with what a timestamp is made for. Raises ``Error``."""
    return _run("copies.levels.read", {"pdf_base64": _text(pdf)})


def add_timestamp(pdf: bytes, field: str, token: bytes) -> bytes:
    """B-T: a timestamp token beside the last signature, into the room that was left for it. Raises ``Error``."""
    return _pdf(_run("copies.levels.timestamp", {"pdf_base64": _text(pdf), "field": field, "token_base64": _text(token)}))


def add_validation(
    pdf: bytes,
    certificates: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    ocsp: Sequence[bytes] = (),
    *,
    per_signature: bool = False,
) -> bytes:
    """B-LT: certificates, CRLs and OCSP responses (DER) go into the security store. Raises ``Error``."""
    given = {
        "pdf_base64": _text(pdf),
        "certificates_base64": [_text(one) for one in certificates],
        "crls_base64": [_text(one) for one in crls],
        "ocsp_base64": [_text(one) for one in ocsp],
        "per_signature": per_signature,
    }
    return _pdf(_run("copies.levels.store", given))


def prepare_timestamp(pdf: bytes, room: int = 8192) -> dict[str, Any]:
    """B-LTA: ``digest_base64`` for the timestamp authority (SHA-256), and the ``state`` for ``complete_timestamp``. Raises ``Error``."""
    return _run("copies.levels.close", {"pdf_base64": _text(pdf), "room": room})


def complete_timestamp(state: Mapping[str, Any], token: bytes) -> bytes:
    """Takes the token of a document timestamp and gives the PDF that it closes. Raises ``Error``."""
    return _pdf(_run("copies.levels.closed", {"state": state, "token_base64": _text(token)}))


def verify_copy(pdf: bytes, policy: Mapping[str, Any]) -> dict[str, Any]:
    """The report on a copy: verdict, rows, reasons. Raises ``Error`` only for a policy that does not fit."""
    return _open(_native.verify_copy(pdf, json.dumps(policy, ensure_ascii=False)))
