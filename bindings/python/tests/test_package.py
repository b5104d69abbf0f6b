"""The shared vectors and the package's own manners."""

import base64
import hashlib
import json
import os
import pathlib
import pickle
import subprocess
import sys
import threading
import time

import pytest

import motcua

ROOT = pathlib.Path(__file__).parents[3]
VECTORS = ROOT / "test-vectors"
ALL = [v for f in sorted(VECTORS.glob("*/*.json")) for v in json.loads(f.read_text("utf-8"))]


@pytest.mark.parametrize("vector", ALL, ids=[v["id"] for v in ALL])
def test_vector(vector):
    text = json.dumps(vector["input"], ensure_ascii=False, separators=(",", ":"))
    if "file" not in vector:
        assert motcua.call(vector["op"], text) == vector["expect_json"]
        return
    data = bytearray((VECTORS / vector["file"]).read_bytes())
    change = vector.get("change", {})
    if "flip" in change:
        data[change["flip"]] ^= 1
    data = bytes(data[: change.get("first")])
    assert motcua._native.verify_copy(data, text) == vector["expect_json"]


def test_names_are_those_of_the_wire():
    listed = {entry["name"] for entry in json.loads((VECTORS / "operations.json").read_text("utf-8"))}
    assert set(motcua.__all__) - {"Error", "call", "operations"} == listed
    assert all(callable(getattr(motcua, name)) for name in motcua.__all__)


def test_the_package_is_typed():
    assert (pathlib.Path(motcua.__file__).parent / "py.typed").exists()


def test_a_vietqr_text_is_read_back():
    text = motcua.vietqr(bank="970436", account="0011001234567", amount={"amount": "8000", "currency": "VND"}, memo="MC1")
    assert motcua.vietqr_parse(text)["account"] == "0011001234567"
    with pytest.raises(motcua.Error) as caught:
        motcua.vietqr_parse(text[:-1])
    assert caught.value.code.startswith("payments.")




def test_another_thread_runs_while_a_copy_is_judged():
    """No thread is interrupted for 1000 s here, so the main thread gets on only if the other gives the interpreter lock away."""
    data = (VECTORS / "copies/copy.pdf").read_bytes()
    policy = json.dumps(next(v["input"] for v in ALL if "file" in v))
    order = []
    go = threading.Event()

    def judge():
        go.set()
        order.append("in")
        motcua._native.verify_copy(data, policy)
        order.append("out")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread = threading.Thread(target=judge)
        thread.start()
        go.wait()
        while "in" not in order:
            time.sleep(0)
        order.append("main")
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert order == ["in", "main", "out"]


def test_a_float_is_refused_with_what_to_pass_instead():
    facts = {"fees": [{"fee": "ct.copy", "facts": {"pages": 2.0, "copies": 1}}]}
    with pytest.raises(TypeError, match="decimal text"):
        motcua.assess("certification-226-2016", facts, "2026-11-24")


def test_errors_carry_code_and_details_and_survive_pickling():
    with pytest.raises(motcua.Error) as caught:
        motcua.assess("x", {"fees": []}, "2026-11-24")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.code, error.details["name"]) == ("motcua.unknown_tariff", "x")


def trusting(demo, at):
    root = (demo / "trust/root.pem").read_text()
    return {"id": "pytest", "anchors_pem": [root], "trust_list_as_of": "2026-11-24", "at": at, "revocation": "not_checked"}


def test_a_copy_is_issued_and_judged():
    demo = pathlib.Path(os.environ["MOTCUA_DEMO"])
    report = json.loads((demo / "report.json").read_text("utf-8"))
    facts = report["facts"]
    original = facts.pop("original")

    def key(who):
        trust = demo / "trust"
        return {"key_pem": (trust / f"{who}.key.pem").read_text(), "chain_pem": (trust / f"{who}.pem").read_text()}

    request = {"facts": facts, "pages": original["pages"], "official": key("official"), "agency": key("agency")}
    pages = [(ROOT / f"examples/originals/diploma-page-{i}.jpg").read_bytes() for i in (1, 2)]
    copy = bytearray(motcua.issue_copy(pages, request))
    policy = trusting(demo, report["checked_at"])
    assert motcua.verify_copy(bytes(copy), policy)["verdict"] == "valid_with_notes"
    copy[len(copy) // 2] ^= 1
    assert motcua.verify_copy(bytes(copy), policy)["verdict"] == "not_valid"
    with pytest.raises(motcua.Error) as caught:
        motcua.issue_copy([b""], request)
    assert caught.value.code == "copies.empty_original"
    # What a capture falls short in is refused, until it is accepted by name; nothing else is accepted with it.
    grey = [(ROOT / "crates/copies/tests/data/grey.jpg").read_bytes()]
    request = {**request, "pages": 1, "dpi": 300}
    with pytest.raises(motcua.Error) as caught:
        motcua.issue_copy(grey, request)
    assert caught.value.code == "copies.not_colour"
    with pytest.raises(motcua.Error) as caught:
        motcua.issue_copy(grey, {**request, "accept": ["not_colour"]})
    assert caught.value.code == "copies.unusual_size"
    everything = ["low_resolution", "not_colour", "pages_missing", "unusual_size"]
    copy = motcua.issue_copy(grey, {**request, "accept": everything})
    report = motcua.verify_copy(copy, policy)
    assert report["verdict"] == "valid_with_notes"
    assert report["facts"]["original"]["accepted"] == ["not_colour", "unusual_size"]
    with pytest.raises(motcua.Error) as caught:
        motcua.issue_copy(grey, {**request, "accept": ["grey"]})
    assert caught.value.code == "motcua.bad_input"


def test_a_copy_is_signed_by_openssl_in_other_processes(tmp_path):
    demo = pathlib.Path(os.environ["MOTCUA_DEMO"])
    report = json.loads((demo / "report.json").read_text("utf-8"))
    facts = report["facts"]
    original = facts.pop("original")
    who = {name: {"chain_pem": (demo / f"trust/{name}.pem").read_text()} for name in ("official", "agency")}
    request = {"facts": facts, "pages": original["pages"], **who}
    pages = [(ROOT / f"examples/originals/diploma-page-{i}.jpg").read_bytes() for i in (1, 2)]
    step = motcua.prepare_copy(pages, request)
    assert step == motcua.prepare_copy(pages, request)
    # The state goes through a file to a process that knows nothing else.
    resume = (
        "import base64, json, pathlib, sys, motcua\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "state, signature = json.loads(path.read_text('utf-8'))\n"
        "step = motcua.complete_copy(state, base64.b64decode(signature))\n"
        "path.write_text(json.dumps(step), 'utf-8')\n"
    )
    saved = tmp_path / "state.json"
    for role in ("official", "agency"):
        assert step["role"] == role
        data = tmp_path / "data"
        data.write_bytes(base64.b64decode(step["to_be_signed_base64"]))
        assert hashlib.sha256(data.read_bytes()).digest() == base64.b64decode(step["digest_base64"])
        # Keys of the demo are on P-256.
        sign = ["openssl", "dgst", "-sha256", "-sign"]
        made = {}
        for key in ("official", "agency"):
            done = subprocess.run([*sign, str(demo / f"trust/{key}.key.pem"), str(data)], check=True, capture_output=True)
            made[key] = done.stdout
        other = "agency" if role == "official" else "official"
        with pytest.raises(motcua.Error) as caught:
            motcua.complete_copy(step["state"], made[other])
        assert caught.value.code == "pki.signature_rejected"
        saved.write_text(json.dumps([step["state"], base64.b64encode(made[role]).decode()]), "utf-8")
        subprocess.run([sys.executable, "-c", resume, str(saved)], check=True)
        step = json.loads(saved.read_text("utf-8"))
    copy = base64.b64decode(step["copy_base64"])
    assert hashlib.sha256(copy).hexdigest() == step["copy_sha256"]
    policy = trusting(demo, report["checked_at"])
    assert motcua.verify_copy(copy, policy)["verdict"] == "valid_with_notes"
    with pytest.raises(motcua.Error) as caught:
        motcua.complete_copy({**request, "schema": "x"}, b"")
    assert caught.value.code == "motcua.bad_input"


def plain_pdf():
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << >> >>",
    ]
    file, table = "%PDF-1.7\n", "xref\n0 4\n0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += f"{len(file):010} 00000 n \n"
        file += f"{number} 0 obj\n{body}\nendobj\n"
    return f"{file}{table}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n".encode()


def test_another_pdf_is_signed_and_raised(tmp_path):
    demo = pathlib.Path(os.environ["MOTCUA_DEMO"])
    chain = (demo / "trust/agency.pem").read_text()
    at = json.loads((demo / "report.json").read_text("utf-8"))["checked_at"]
    options = {"field": "One", "claimed_at": at, "reason": "Kết quả", "timestamp_room": 4096}
    due = motcua.prepare_signature(plain_pdf(), {"chain_pem": chain}, options)
    data = tmp_path / "data"
    data.write_bytes(base64.b64decode(due["to_be_signed_base64"]))
    sign = ["openssl", "dgst", "-sha256", "-sign", str(demo / "trust/agency.key.pem"), str(data)]
    made = subprocess.run(sign, check=True, capture_output=True).stdout
    signed = motcua.complete_signature(json.loads(json.dumps(due["state"])), made)
    assert signed.startswith(plain_pdf())
    level = motcua.signed_level(signed)
    assert (level["level"], level["closed"], level["signatures"][0]["field"]) == ("B-B", False, "One")
    policy = {**trusting(demo, at), "expect": "signed_document"}
    assert motcua.verify_copy(signed, policy)["signatures"][0]["indication"] == "passed"
    key = (demo / "trust/agency.key.pem").read_text()
    assert motcua.signed_level(motcua.sign_existing(plain_pdf(), key, chain, options))["level"] == "B-B"
    # Authorities' answers are held to what they are for.
    for wrong in (
        lambda: motcua.add_timestamp(signed, "One", b"no token"),
        lambda: motcua.complete_timestamp(motcua.prepare_timestamp(signed)["state"], b"no token"),
        lambda: motcua.complete_signature(due["state"], b"no signature"),
        lambda: motcua.signed_level(plain_pdf()),
    ):
        with pytest.raises(motcua.Error):
            wrong()
    lists = [base64.b64decode("".join((demo / f"trust/{n}.crl.pem").read_text().split("-----")[2].split())) for n in ("root", "issuing")]
    stored = motcua.add_validation(signed, crls=lists)
    assert stored.startswith(signed)
    with pytest.raises(motcua.Error) as caught:
        motcua.add_validation(stored, crls=lists)
    assert caught.value.code == "copies.nothing_to_add"
