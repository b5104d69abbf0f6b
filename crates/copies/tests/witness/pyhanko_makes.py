"""Signs PDFs with pyHanko for the tests. The folder named holds keys, certificates and unsigned PDFs; the signed ones go there.

signer.key/.pem, second.key/.pem, tsa.key/.pem, issuing.key/.pem, root.key/.pem, copy.pdf (a finished copy) and base-*.pdf.
"""

import datetime
import io
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import add_validation_info
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
import asn1crypto.crl

folder = pathlib.Path(sys.argv[1])


def cert(name):
    return load_cert_from_pemder(str(folder / f"{name}.pem"))


def key(name):
    return load_private_key_from_pemder(str(folder / f"{name}.key"), None)


def store(*names):
    registry = SimpleCertificateStore()
    registry.register_multiple([cert(n) for n in names])
    return registry


def signer(name):
    return signers.SimpleSigner(cert(name), key(name), store("issuing"))


def crl(name):
    """An empty CRL of this authority, made now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    issuer = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    secret = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - datetime.timedelta(hours=1))
        .next_update(now + datetime.timedelta(days=7))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False)
        .add_extension(x509.CRLNumber(1), False)
        .sign(secret, hashes.SHA256())
    )
    return asn1crypto.crl.CertificateList.load(made.public_bytes(serialization.Encoding.DER))


lists = [crl("root"), crl("issuing")]
for i, one in enumerate(lists):
    (folder / f"{i}.crl").write_bytes(one.dump())
stamper = DummyTimeStamper(cert("tsa"), key("tsa"), certs_to_embed=store("root"))


def context():
    return ValidationContext(
        trust_roots=[cert("root")], other_certs=[cert("issuing"), cert("tsa")], crls=lists, allow_fetching=False,
        revocation_mode="hard-fail",
    )


def sign(data, name, field, out=None, **options):
    """One signature; `options` go to the signature's metadata."""
    pades = options.pop("level", "b")
    new_field = options.pop("spec", None)
    wanted = {"subfilter": fields.SigSeedSubFilter.PADES, "md_algorithm": "sha256"}
    if pades in ("lt", "lta"):
        wanted |= {"validation_context": context(), "embed_validation_info": True, "use_pades_lta": pades == "lta"}
    meta = signers.PdfSignatureMetadata(field_name=field, **wanted, **options)
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    tool = signers.PdfSigner(meta, signer(name), timestamper=stamper if pades != "b" else None, new_field_spec=new_field)
    result = tool.sign_pdf(writer).getvalue()
    if out:
        (folder / out).write_bytes(result)
    return result


def store_and_stamp(data, out=None):
    """DSS, then a document timestamp."""
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    buffer = io.BytesIO(data)
    for embedded in reader.embedded_signatures:
        buffer.seek(0)
        fresh = PdfFileReader(buffer, strict=False)
        same = next(s for s in fresh.embedded_signatures if s.field_name == embedded.field_name)
        add_validation_info(same, context(), in_place=True)
    if out:
        (folder / out.replace("-stamped", "-stored")).write_bytes(buffer.getvalue())
    writer = IncrementalPdfFileWriter(io.BytesIO(buffer.getvalue()), strict=False)
    result = PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256", context()).getvalue()
    if out:
        (folder / out).write_bytes(result)
    return result


visible = fields.SigFieldSpec("Visible", on_page=0, box=(20, 20, 160, 70))
for path in sorted(folder.glob("base-*.pdf")):
    base, data = path.stem.removeprefix("base-"), path.read_bytes()
    for level in ("b", "t", "lt", "lta"):
        sign(data, "signer", "One", f"ok-{base}-{level}.pdf", level=level)
    first = sign(data, "signer", "One")
    second = sign(first, "second", "Two", f"ok-{base}-two.pdf", level="t")
    store_and_stamp(second, f"ok-{base}-two-stamped.pdf")
    sign(first, "second", "Visible", f"ok-{base}-two-visible.pdf", spec=visible)
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    fields.append_signature_field(writer, fields.SigFieldSpec("Two", on_page=0, box=(20, 20, 160, 70)))
    buffer = io.BytesIO()
    writer.write(buffer)
    for p, permission in enumerate(fields.MDPPerm, 1):
        certified = sign(
            buffer.getvalue(), "signer", "One", f"ok-{base}-certified-{p}.pdf", certify=True, docmdp_permissions=permission
        )
        if p > 1:
            both = sign(certified, "second", "Two", f"ok-{base}-certified-{p}-two.pdf")
            store_and_stamp(both, f"ok-{base}-certified-{p}-two-stamped.pdf")
        else:
            store_and_stamp(certified, f"ok-{base}-certified-{p}-stamped.pdf")
copy = folder / "copy.pdf"
if copy.exists():
    store_and_stamp(copy.read_bytes(), "ok-copy-stamped.pdf")
print(len(list(folder.glob("ok-*.pdf"))), "signed files")
