// Asks EU DSS about a PDF with one trusted root and the authorities' revocation lists, at DSS's own default policy: one line a
// signature with indication and sub-indication. Arguments: the PDF, the root, the lists.

import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;

public class Judge {
    public static void main(String[] arguments) throws java.io.IOException {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(new File(arguments[1])));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.addTrustedCertSources(trusted);
        InputStream[] lists = new InputStream[arguments.length - 2];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new FileInputStream(arguments[i + 2]);
        }
        verifier.setCrlSource(new ExternalResourcesCRLSource(lists));
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(arguments[0]));
        validator.setCertificateVerifier(verifier);
        System.out.println("policy: DSS default");
        SimpleReport report = validator.validateDocument().getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            System.out.println("signature " + report.getSignatureFormat(id) + " " + report.getIndication(id) + " "
                + report.getSubIndication(id) + " " + report.getAdESValidationErrors(id) + " "
                + report.getAdESValidationWarnings(id));
        }
    }
}
