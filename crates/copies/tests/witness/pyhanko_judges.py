"""Asks pyHanko about every PDF of a folder: each signature must be sound, trusted under root.pem and followed by nothing forbidden.

Files named *-lta.pdf and *-lt.pdf must also hold for long-term validation with what they carry. Where the authorities' lists lie
beside them (*.crl), each signature of a file named *-b, *-t, *-lt or *-lta must pass the EN 319 102-1 process of its level.
"""

import asyncio
import pathlib
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from asn1crypto.crl import CertificateList
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, REQUIRE_REVINFO
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

folder = pathlib.Path(sys.argv[1])
root = load_cert_from_pemder(str(folder / "root.pem"))
lists = [CRLContainer(CertificateList.load(p.read_bytes())) for p in sorted(folder.glob("*.crl"))]
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust_roots=[root]), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO)
)


def process(signature, level):
    """What EN 319 102-1 says by the process for this level."""
    spec = SignatureValidationSpec(
        policy,
        RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(known_crls=lists),
    )
    if level == "lta":
        return asyncio.run(ades_lta_validation(signature, PdfSignatureValidationSpec(spec))).ades_subindic
    way = ades_basic_validation if level == "b" else ades_with_time_validation
    signature.compute_integrity_info()
    return asyncio.run(way(signature.signed_data, spec, raw_digest=signature.compute_digest())).ades_subindic


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
            level = path.stem.rsplit("-", 1)[-1]
            if lists and level in ("b", "t", "lt", "lta"):
                said.append(((found := process(signature, level)) == AdESPassed.OK, f"{signature.field_name} {level} {found}"))
            stamp = "stamped" if status.timestamp_validity is not None else "no timestamp"
            said.append((good, f"{signature.field_name} {status.coverage.name} {status.modification_level.name} {stamp}"))
        for signature in reader.embedded_timestamp_signatures:
            status = validate_pdf_timestamp(signature, context)
            said.append((status.valid and status.trusted, f"{signature.field_name} timestamp {status.coverage.name}"))
    good = bool(said) and all(g for g, _ in said)
    failed += not good
    print("ok  " if good else "BAD ", path.name, "; ".join(text for _, text in said))
sys.exit(1 if failed else 0)
