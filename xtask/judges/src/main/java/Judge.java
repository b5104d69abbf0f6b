// Asks EU DSS about a PDF with one trusted root: one line a signature with indication and sub-indication.

import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.File;

public class Judge {
    public static void main(String[] arguments) throws java.io.IOException {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(new File(arguments[1])));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.addTrustedCertSources(trusted);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(arguments[0]));
        validator.setCertificateVerifier(verifier);
        // The demo authority publishes no revocation data, so the one constraint that asks for it is not applied; all else is
        // DSS's own default policy.
        String policy;
        try (java.io.InputStream in = Judge.class.getResourceAsStream("/policy/constraint.xml")) {
            policy = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        policy = policy.replaceAll("<(RevocationDataAvailable|AcceptableRevocationDataFound) Level=\"[A-Z]+\"", "<$1 Level=\"IGNORE\"");
        System.out.println("policy: DSS default without RevocationDataAvailable, AcceptableRevocationDataFound");
        SimpleReport report = validator
            .validateDocument(new java.io.ByteArrayInputStream(policy.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            System.out.println("signature " + report.getSignatureFormat(id) + " " + report.getIndication(id) + " "
                + report.getSubIndication(id) + " " + report.getAdESValidationErrors(id) + " "
                + report.getAdESValidationWarnings(id));
        }
    }
}
