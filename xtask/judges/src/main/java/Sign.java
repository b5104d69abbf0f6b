// Signs every base-*.pdf of a folder with EU DSS at each level and prints DSS's own judgement of the result, as Judge does. The folder
// holds signer.key/.pem, tsa.key/.pem, issuing.pem, root.pem and the lists 0.crl and 1.crl; the signed files are named dss-*.pdf. They
// are signed an hour ago and extended now, because DSS takes only lists published after the signature.

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;

public class Sign {
    static Path folder;

    static CertificateToken certificate(String name) {
        return DSSUtils.loadCertificate(folder.resolve(name + ".pem").toFile());
    }

    static PrivateKey key(String name, String algorithm) throws Exception {
        String text = Files.readString(folder.resolve(name + ".key")).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }

    public static void main(String[] arguments) throws Exception {
        folder = Path.of(arguments[0]);
        List<String> lists = List.of(folder.resolve("0.crl").toString(), folder.resolve("1.crl").toString());
        CommonCertificateVerifier verifier = Judge.verifier(folder.resolve("root.pem").toString(), lists);
        PAdESService service = new PAdESService(verifier);
        CertificateToken authority = certificate("tsa");
        KeyEntityTSPSource source =
            new KeyEntityTSPSource(key("tsa", authority.getPublicKey().getAlgorithm()), authority, List.of(authority, certificate("root")));
        source.setTsaPolicy("1.3.6.1.4.1.32473.1");
        // Its own choice, SHA-512 on P-256, is one that ring does not verify.
        source.setDigestAlgorithm(DigestAlgorithm.SHA256);
        service.setTspSource(source);
        PrivateKey key = key("signer", "EC");
        Date before = new Date(System.currentTimeMillis() - 3_600_000);
        File[] bases = folder.toFile().listFiles((at, name) -> name.startsWith("base-") && name.endsWith(".pdf"));
        Arrays.sort(bases);
        for (File base : bases) {
            for (String level : List.of("B", "T", "LT", "LTA")) {
                PAdESSignatureParameters parameters = new PAdESSignatureParameters();
                SignatureLevel wanted = SignatureLevel.valueOf("PAdES_BASELINE_" + level);
                boolean extended = level.startsWith("L");
                parameters.setSignatureLevel(extended ? SignatureLevel.PAdES_BASELINE_T : wanted);
                parameters.bLevel().setSigningDate(before);
                parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
                parameters.setSigningCertificate(certificate("signer"));
                parameters.setCertificateChain(certificate("signer"), certificate("issuing"), certificate("root"));
                DSSDocument document = new FileDocument(base);
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(key);
                signature.update(service.getDataToSign(document, parameters).getBytes());
                SignatureValue value = new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
                source.setProductionTime(before);
                DSSDocument signed = service.signDocument(document, parameters, value);
                if (extended) {
                    source.setProductionTime(new Date());
                    parameters.setSignatureLevel(wanted);
                    signed = service.extendDocument(signed, parameters);
                }
                String name = base.getName().replace("base-", "dss-").replace(".pdf", "-" + level.toLowerCase() + ".pdf");
                signed.save(folder.resolve(name).toString());
                Judge.judge(folder.resolve(name).toString(), verifier);
            }
        }
    }
}
