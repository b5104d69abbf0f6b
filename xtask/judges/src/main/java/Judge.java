// Asks EU DSS about PDFs with one trusted root and the authorities' revocation lists, at DSS's own default policy: one line a signature,
// parted by tabs: file, level, indication, sub-indication, what was said. Arguments: the root, the lists, `--`, the PDFs.

import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Judge {
    /** Trusts the root, knows the lists, asks nobody. */
    static CommonCertificateVerifier verifier(String root, List<String> lists) throws IOException {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(new File(root)));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.addTrustedCertSources(trusted);
        List<InputStream> streams = new ArrayList<>();
        for (String list : lists) {
            streams.add(new ByteArrayInputStream(Files.readAllBytes(Path.of(list))));
        }
        verifier.setCrlSource(new ExternalResourcesCRLSource(streams.toArray(new InputStream[0])));
        return verifier;
    }

    static List<String> words(List<Message> messages) {
        return messages.stream().map(Message::getValue).toList();
    }

    static void judge(String pdf, CommonCertificateVerifier verifier) {
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(pdf));
        validator.setCertificateVerifier(verifier);
        SimpleReport report = validator.validateDocument().getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            System.out.println(String.join("\t", new File(pdf).getName(), report.getSignatureFormat(id).toString(),
                report.getIndication(id).toString(), String.valueOf(report.getSubIndication(id)),
                words(report.getAdESValidationErrors(id)) + " " + words(report.getAdESValidationWarnings(id))));
        }
    }

    public static void main(String[] arguments) throws IOException {
        List<String> all = Arrays.asList(arguments);
        int end = all.indexOf("--");
        CommonCertificateVerifier verifier = verifier(all.get(0), all.subList(1, end));
        for (String pdf : all.subList(end + 1, all.size())) {
            judge(pdf, verifier);
        }
    }
}
