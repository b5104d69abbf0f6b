// Checks XML files against ETSI's schema of TS 119 102-2, version 1.2.2, as DSS ships it. Prints a line a file: `ok` or what is wrong.

import eu.europa.esig.validationreport.ValidationReportUtils;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;

public class Structure {
    public static void main(String[] arguments) throws Exception {
        // What the schema builds on, then itself in the version whose namespace the report has.
        List<Source> sources = new ArrayList<>(ValidationReportUtils.getInstance().getXSDSources());
        sources.set(sources.size() - 1, new StreamSource(Structure.class.getResourceAsStream("/xsd/TS119102-2-v122.xsd")));
        SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        Schema schema = factory.newSchema(sources.toArray(new Source[0]));
        for (String file : arguments) {
            String said = "ok";
            try {
                schema.newValidator().validate(new StreamSource(new File(file)));
            } catch (org.xml.sax.SAXException e) {
                said = e.getMessage();
            }
            System.out.println(said + "\t" + new File(file).getName());
        }
    }
}
