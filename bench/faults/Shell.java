package faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Commands of the system. */
final class Shell {
    private Shell() {}

    static String run(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var out = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + out);
            }
            return out;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A command as the owner of the database's files; the words before it come from the script. */
    static List<String> asPostgres(String... command) {
        var all = new ArrayList<>(List.of(System.getenv("AS_POSTGRES").split(" ")));
        all.addAll(List.of(command));
        return all;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
