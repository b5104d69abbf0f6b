"""Asks pyHanko about every PDF of a folder: each signature must be sound, trusted under root.pem and followed by nothing forbidden.

Files named *-lta.pdf and *-lt.pdf must also hold for long-term validation with what they carry.
"""

import pathlib
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

folder = pathlib.Path(sys.argv[1])
root = load_cert_from_pemder(str(folder / "root.pem"))
failed = 0
for path in sorted(folder.glob("*.pdf")):
    with path.open("rb") as file:
        reader = PdfFileReader(file)
        if path.stem.endswith(("-lt", "-lta")):
            store = DocumentSecurityStore.read_dss(reader)
            context = store.as_validation_context({"trust_roots": [root], "allow_fetching": False, "revocation_mode": "hard-fail"})
        else:
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
        said = []
        for signature in reader.embedded_regular_signatures:
            status = validate_pdf_signature(signature, context, context)
            good = status.bottom_line and status.docmdp_ok is not False
            stamp = "stamped" if status.timestamp_validity is not None else "no timestamp"
            said.append((good, f"{signature.field_name} {status.coverage.name} {status.modification_level.name} {stamp}"))
        for signature in reader.embedded_timestamp_signatures:
            status = validate_pdf_timestamp(signature, context)
            said.append((status.valid and status.trusted, f"{signature.field_name} timestamp {status.coverage.name}"))
    good = bool(said) and all(g for g, _ in said)
    failed += not good
    print("ok  " if good else "BAD ", path.name, "; ".join(text for _, text in said))
sys.exit(1 if failed else 0)
