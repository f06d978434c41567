import java.util.ArrayList;
import java.util.List;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;

/** Apache Jena's SHACL; the first runs warm the virtual machine up and are not counted. */
public class Jena {
    public static void main(String[] given) {
        long begun = System.nanoTime();
        Graph data = RDFDataMgr.loadGraph(given[1]);
        double loaded = (System.nanoTime() - begun) / 1e9;
        Shapes shapes = Shapes.parse(RDFDataMgr.loadGraph(given[2]));
        List<String> seconds = new ArrayList<>();
        int answers = 0;
        for (int run = -2; run < Integer.parseInt(given[3]); run++) {
            begun = System.nanoTime();
            ValidationReport report = ShaclValidator.get().validate(shapes, data);
            answers = report.getEntries().size();
            if (run >= 0) seconds.add(Double.toString((System.nanoTime() - begun) / 1e9));
        }
        System.out.println("{\"load\": " + loaded + ", \"seconds\": " + seconds + ", \"answers\": " + answers + "}");
    }
}
