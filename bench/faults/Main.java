package faults;

import java.nio.file.Path;
import java.util.Arrays;

/** Runs scenarios: {@code Main FOLDER SEED short|full NAME [ARGUMENT...]}. Writes {@code FOLDER/NAME.md}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args[0]);
        var run = new Run(folder, Long.parseLong(args[1]), args[2].equals("short"), args[3],
                Arrays.asList(args).subList(4, args.length));
        System.exit(run.run() ? 0 : 1);
    }
}
