"""Asks pyHanko about the demo's copies: exit 0 when it trusts the genuine one and refuses the manipulated ones."""

import pathlib
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

folder = pathlib.Path(sys.argv[1])


def statuses(name):
    with (folder / name).open("rb") as file:
        reader = PdfFileReader(file)
        context = ValidationContext(trust_roots=[load_cert_from_pemder(str(folder / "trust/root.pem"))])
        return [validate_pdf_signature(s, context) for s in reader.embedded_signatures]


good = statuses("copy.pdf")
for status in good:
    print("copy.pdf:", status.summary(), "docmdp_ok:", status.docmdp_ok)
if len(good) != 2 or not all(s.bottom_line and s.docmdp_ok is not False for s in good):
    sys.exit("pyHanko does not trust the genuine copy")
for name in ("copy-one-byte-changed.pdf", "copy-page-replaced.pdf"):
    try:
        refused = not all(s.bottom_line for s in statuses(name))
    except Exception as error:  # a refusal to read is a refusal
        print(name, type(error).__name__)
        refused = True
    print(name, "refused" if refused else "ACCEPTED")
    if not refused:
        sys.exit(f"pyHanko accepts {name}")
