package org.itkserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every regular expression of the product, whatever it is used on: none may backtrack or recurse without bound. Read from the
 * sources, so that a new one is in this test at once.
 */
class RegularExpressionsTest {
    private static final int LENGTH = 64 * 1024;
    private static final long MOST_NANOS = 50_000_000;
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Set<String> METHODS = Set.of("matches", "replaceAll", "replaceFirst", "split");

    /** Calls of these names that take something else than an expression. */
    private static final Set<String> OTHERS = Set.of(
            "route.matches(address)",
            "r.matches(address)",
            "r.matches(address.uri())",
            "filter.matches(event)",
            "events.replaceAll(Causes::unmatched)",
            "ends.replaceAll((node,last)->Math.min(last, trail.before(node, late)))");

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, String> constants = new HashMap<>();
    private final Map<String, Set<String>> found = new TreeMap<>();
    /** Those that are looked for inside a text; the others are held against a whole one. */
    private final Set<String> searched = new TreeSet<>();

    private final Set<String> unread = new TreeSet<>();

    @Test
    void noneBacktracksOrRecursesWithoutBound() throws IOException {
        readSources();
        assertEquals(Set.of(), unread, "each expression must be a constant that this test can read");
        assertTrue(found.size() > 40, found.keySet().toString());
        var slow = new ArrayList<String>();
        found.forEach((expression, places) -> {
            var pattern = Pattern.compile(expression);
            for (var text : worstCases(expression)) {
                var problem = problem(pattern, text, searched.contains(expression));
                if (problem != null) {
                    slow.add(expression + " in " + places + ": " + problem);
                    break;
                }
            }
        });
        assertEquals(List.of(), slow, String.join("\n", slow));
    }

    /** The check itself finds what it is for. */
    @Test
    void expressionsThatBacktrackOrRecurseAreFound() {
        for (var bad :
                List.of("[ \\t]*\\R[ \\t]*", "[0-2](\\.(0|[1-9][0-9]*))+", "(a+)+b", "urn:[^:\\s]+(:[^:\\s]+)+")) {
            var pattern = Pattern.compile(bad);
            assertTrue(worstCases(bad).stream().anyMatch(text -> problem(pattern, text, true) != null), bad);
        }
    }

    private static @Nullable String problem(Pattern pattern, String text, boolean search) {
        try {
            boolean slow = true;
            for (int i = 0; i < 3 && slow; i++) {
                slow = !isFast(pattern, new Limited(text), search);
            }
            return slow ? "more than 50 ms for " + start(text) : null;
        } catch (StackOverflowError e) {
            return "a stack overflow for " + start(text);
        }
    }

    private static boolean isFast(Pattern pattern, Limited text, boolean search) {
        try {
            pattern.matcher(text).matches();
            var matcher = pattern.matcher(text);
            while (search && matcher.find()) {
                // all of them, as replaceAll and split do
            }
            return true;
        } catch (TooSlow e) {
            return false;
        }
    }

    /** Ends a match that takes too long: some would take years. */
    private static final class Limited implements CharSequence {
        private final String text;
        private final long end = cpu() + MOST_NANOS;
        private int reads;

        /** Of this thread alone, so that other work on the machine does not count. */
        private static long cpu() {
            return THREADS.getCurrentThreadCpuTime();
        }

        Limited(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++reads % 4096 == 0 && cpu() - end > 0) {
                throw new TooSlow();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int until) {
            return text.substring(start, until);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooSlow() {
            super(null, null, false, false);
        }
    }

    private static String start(String text) {
        return text.substring(0, 12).replaceAll("\\s", "_") + "...";
    }

    /** Long runs of what the expression itself names, and of what such inputs are made of. */
    private static List<String> worstCases(String expression) {
        var pieces = new TreeSet<>(List.of(
                "a",
                "A",
                "0",
                "1",
                " ",
                "\t",
                "\n",
                "\r",
                "\r\n",
                " \n",
                ".",
                "-",
                "_",
                ":",
                "/",
                "|",
                "~",
                "^",
                ",",
                ";",
                "=",
                "\"",
                "'",
                "<",
                ">",
                "{",
                "}",
                "{{",
                "a1",
                "aA",
                "1.",
                ".1",
                ":a",
                "a:",
                "/a",
                "-a",
                "a ",
                " a",
                "_TCP",
                "\u00e9",
                "\ud83d\ude00",
                "123 456 7890",
                "123-",
                "urn:",
                "\nPID||",
                "\nPID|"));
        var literals = expression.replaceAll("\\\\[a-zA-Z]", "\u0000").split("[^A-Za-z0-9 :=<>\"/_.,;{}-]+");
        var head = new StringBuilder();
        for (var literal : literals) {
            if (!literal.isEmpty()) {
                pieces.add(literal);
                head.append(head.isEmpty() ? literal : "");
            }
        }
        var out = new ArrayList<String>();
        for (var piece : pieces) {
            var run = piece.repeat(LENGTH / piece.length() + 1).substring(0, LENGTH);
            out.add(run);
            out.add(run + "!");
            out.add("x" + run + "\u0000x");
            if (!head.isEmpty()) {
                out.add(head + run + "!");
                out.add((head + run).substring(0, LENGTH / 2) + head + run.substring(0, LENGTH / 2));
            }
        }
        return out;
    }

    private void readSources() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(SOURCES)) {
            var units = files.getJavaFileObjectsFromPaths(
                    sources.filter(p -> p.toString().endsWith(".java")).toList());
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
            var trees = new ArrayList<com.sun.source.tree.CompilationUnitTree>();
            task.parse().forEach(trees::add);
            trees.forEach(tree -> tree.accept(new Constants(tree.getSourceFile().getName()), null));
            for (var tree : trees) {
                var source = tree.getSourceFile().getCharContent(true);
                tree.accept(new Calls(tree.getSourceFile().getName(), source), null);
            }
        }
    }

    private static String className(String file) {
        var name = Path.of(file).getFileName().toString();
        return name.substring(0, name.length() - ".java".length());
    }

    /** The value of a constant expression, null when it is none. */
    private @Nullable String value(Tree tree, String inClass) {
        if (tree instanceof LiteralTree literal && literal.getValue() != null) {
            return String.valueOf(literal.getValue());
        } else if (tree instanceof ParenthesizedTree inside) {
            return value(inside.getExpression(), inClass);
        } else if (tree instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
            var left = value(sum.getLeftOperand(), inClass);
            var right = value(sum.getRightOperand(), inClass);
            return left == null || right == null ? null : left + right;
        } else if (tree instanceof IdentifierTree name) {
            return constants.get(inClass + "." + name.getName());
        } else if (tree instanceof MemberSelectTree select) {
            return constants.get(select.getExpression() + "." + select.getIdentifier());
        } else if (tree instanceof MethodInvocationTree call
                && call.getMethodSelect().toString().equals("Pattern.quote")) {
            var quoted = value(call.getArguments().get(0), inClass);
            return quoted == null ? null : Pattern.quote(quoted);
        }
        return null;
    }

    private final class Constants extends TreeScanner<Void, Void> {
        private final String inClass;

        Constants(String file) {
            inClass = className(file);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            if (variable.getInitializer() != null
                    && String.valueOf(variable.getType()).equals("String")) {
                var value = value(variable.getInitializer(), inClass);
                if (value != null && variable.getModifiers().toString().contains("final")) {
                    constants.put(inClass + "." + variable.getName(), value);
                }
            }
            return super.visitVariable(variable, nothing);
        }
    }

    private final class Calls extends TreeScanner<Void, Void> {
        private final String inClass;
        private final boolean searches;

        Calls(String file, CharSequence source) {
            inClass = className(file);
            var text = source.toString();
            searches = text.contains(".find(") || text.contains(".results(") || text.contains(").replace");
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            if (call.getMethodSelect() instanceof MemberSelectTree method
                    && !call.getArguments().isEmpty()) {
                var name = method.getIdentifier().toString();
                var receiver = method.getExpression().toString();
                boolean compiles = name.equals("compile") && receiver.endsWith("Pattern");
                boolean ofMatcher = receiver.contains(".matcher(") && name.startsWith("replace");
                if (compiles || METHODS.contains(name) && !ofMatcher) {
                    add(call, call.getArguments().get(0), compiles ? searches : !name.equals("matches"));
                }
            }
            return super.visitMethodInvocation(call, nothing);
        }

        private void add(MethodInvocationTree call, ExpressionTree argument, boolean search) {
            var value = value(argument, inClass);
            var text = call.toString();
            if (value != null) {
                found.computeIfAbsent(value, v -> new TreeSet<>()).add(inClass);
                if (search) {
                    searched.add(value);
                }
            } else if (!OTHERS.contains(text)) {
                unread.add(inClass + ": " + text);
            }
        }
    }
}
