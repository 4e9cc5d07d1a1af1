package org.itkserver.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A process as the kernel shows it. */
final class LinuxProcess {
    private final Path folder;

    LinuxProcess(long pid) {
        folder = Path.of("/proc", Long.toString(pid));
    }

    /** Ports that it listens on. */
    Set<Integer> listening() throws IOException {
        var sockets = new HashSet<String>();
        try (var descriptors = Files.newDirectoryStream(folder.resolve("fd"))) {
            for (var descriptor : descriptors) {
                try {
                    sockets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException e) {
                    // it was closed meanwhile
                }
            }
        }
        var ports = new TreeSet<Integer>();
        for (var table : List.of("net/tcp", "net/tcp6", "net/udp", "net/udp6")) {
            for (var line : Files.readAllLines(folder.resolve(table))) {
                var fields = line.trim().split("\\s+");
                boolean open = fields[3].equals("0A") || table.contains("udp");
                if (open && sockets.contains("socket:[" + fields[9] + "]")) {
                    ports.add(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    /** Processor time, in clock ticks, of its threads, by name and number. */
    Map<String, Long> ticks() throws IOException {
        var out = new HashMap<String, Long>();
        try (var tasks = Files.newDirectoryStream(folder.resolve("task"))) {
            for (var task : tasks) {
                try {
                    var stat = Files.readString(task.resolve("stat"));
                    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    out.put(
                            Files.readString(task.resolve("comm")).strip() + "/" + task.getFileName(),
                            Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
                } catch (IOException e) {
                    // the thread has ended
                }
            }
        }
        return out;
    }

    /** What the threads with this name have used in between; the time of a thread that has ended in between is not counted. */
    static long more(String name, Map<String, Long> before, Map<String, Long> after) {
        return after.keySet().stream()
                .filter(thread -> thread.startsWith(name))
                .mapToLong(thread -> after.get(thread) - before.getOrDefault(thread, 0L))
                .sum();
    }
}
