package attacks;

import java.nio.file.Files;
import java.util.ArrayList;

/** One family of attacks. Exit code 1 when a case does not end as it must. */
final class Main {
    private Main() {}

    interface Family {
        void run(Suite suite) throws Exception;
    }

    private static Family family(String name) {
        return switch (name) {
            case "x-xml" -> XXml::run;
            case "w-addressing" -> WAddressing::run;
            case "s-identity" -> SIdentity::run;
            case "s-signatures" -> SSignatures::run;
            case "r-replay" -> RReplay::run;
            case "h-http" -> HHttp::run;
            case "e-edge" -> EEdge::run;
            case "d-compression" -> DCompression::run;
            case "a-attachments" -> AAttachments::run;
            case "l-logs" -> LLogs::run;
            case "m-platform" -> MPlatform::run;
            default -> throw new IllegalArgumentException(name);
        };
    }

    public static void main(String[] args) throws Exception {
        var bed = new Bed();
        var suite = new Suite(bed);
        long start = System.nanoTime();
        family(args[0]).run(suite);
        var seconds = (System.nanoTime() - start) / 1_000_000_000;
        var counts = suite.good() + " as listed, " + suite.bad() + " not, " + seconds + " s";
        System.out.println(args[0] + ": " + counts);
        var out = new ArrayList<String>();
        out.add("## " + args[0] + "\n\n" + counts + ".\n");
        out.add("| Case | Sent | Expected | Got | |\n|---|---|---|---|---|");
        out.addAll(suite.table());
        Files.write(bed.folder.resolve(args[0] + ".md"), out);
        System.exit(suite.bad() == 0 ? 0 : 1);
    }
}
