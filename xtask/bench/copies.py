"""Measures the command, pdfsig, pyHanko and @signpdf on the copies that the example `ratio` wrote.

Arguments: the folder with copy.pdf, book.pdf and root.pem; the command; an original; the folder with @signpdf. Prints one JSON
object: milliseconds, and KiB of resident memory. What is missing is null.
"""

import datetime
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

folder, command, original, peers = map(pathlib.Path, sys.argv[1:5])
here = pathlib.Path(__file__).parent


def processes(arguments, runs=100):
    """Wall time in ms: the median and the fastest, as others may use the machine. And the most resident memory in KiB, which
    counts what this process had when it started the other: no less than this interpreter."""
    times, most = [], 0
    with open(os.devnull, "w") as nothing:
        for _ in range(runs):
            start = time.perf_counter()
            actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1), (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2)]
            child = os.posix_spawnp(arguments[0], arguments, os.environ, file_actions=actions)
            _, status, usage = os.wait4(child, 0)
            times.append((time.perf_counter() - start) * 1e3)
            if os.waitstatus_to_exitcode(status) != 0:
                return None
            most = max(most, usage.ru_maxrss)
    return {"ms": statistics.median(times), "fastest_ms": min(times), "kib": most}


def calls(work, runs=10):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return {"ms": statistics.median(times), "fastest_ms": min(times)}


def motcua(name):
    return processes([str(command), "copy", "verify", str(folder / name), "--trust", str(folder / "root.pem")])


def self_signed(key):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bench")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def by_pyhanko():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = load_cert_from_pemder(str(folder / "root.pem"))

    def verify():
        with (folder / "copy.pdf").open("rb") as file:
            context = ValidationContext(trust_roots=[root], revocation_mode="soft-fail", allow_fetching=False)
            for signature in PdfFileReader(file).embedded_signatures:
                validate_pdf_signature(signature, context)

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(key)
    packed = pkcs12.serialize_key_and_certificates(b"bench", key, certificate, None, serialization.NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[])
    plain = original.read_bytes()

    def sign():
        file = io.BytesIO(plain)
        for field in ("official", "agency"):
            metadata = signers.PdfSignatureMetadata(
                field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            )
            signers.sign_pdf(IncrementalPdfFileWriter(file), metadata, signer=signer, in_place=True)

    return {"sign_both": calls(sign), "verify_both": calls(verify)}


def by_signpdf():
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, PrivateFormat, pkcs12

    # It signs with RSA alone, from a PKCS #12 file of the old kind.
    key = rsa.generate_private_key(65537, 2048)
    certificate = self_signed(key)
    old = (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(b"bench")
    )
    store = folder / "bench.p12"
    store.write_bytes(pkcs12.serialize_key_and_certificates(b"bench", key, certificate, None, old))
    # It reads files with a cross-reference table alone.
    plain = folder / "plain.pdf"
    subprocess.run(["qpdf", "--object-streams=disable", str(original), str(plain)], check=True)
    said = subprocess.run(
        ["node", str(here / "signpdf.cjs"), str(peers), str(plain), str(store)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


def attempt(work):
    try:
        return work()
    except Exception as error:  # a peer that is not there is no reason to stop
        print(f"{work.__name__}: {error}", file=sys.stderr)
        return None


print(
    json.dumps(
        {
            "command": motcua("copy.pdf"),
            "command_book": motcua("book.pdf"),
            "pdfsig": attempt(lambda: processes(["pdfsig", "-nocert", str(folder / "copy.pdf")], 10)),
            "pyhanko": attempt(by_pyhanko),
            "signpdf": attempt(by_signpdf),
        }
    )
)
