package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The dumped tables. A row is a map from column to text, without the columns that are null. */
record Tables(
        List<Map<String, String>> messages,
        List<Map<String, String>> events,
        List<Map<String, String>> deliveries,
        List<Map<String, String>> parts) {

    static Tables read(Path folder) throws IOException {
        return new Tables(table(folder, "message"), table(folder, "audit_event"), table(folder, "delivery"),
                table(folder, "message_part"));
    }

    private static List<Map<String, String>> table(Path folder, String name) throws IOException {
        var out = new ArrayList<Map<String, String>>();
        String[] names = null;
        for (var line : Files.readAllLines(folder.resolve("table-" + name + ".tsv"))) {
            var words = line.split("\t", -1);
            if (names == null) {
                names = words;
                continue;
            }
            var row = new HashMap<String, String>();
            for (int i = 0; i < words.length; i++) {
                if (!words[i].equals("\\N")) {
                    row.put(names[i], words[i]);
                }
            }
            out.add(row);
        }
        return out;
    }
}
