package org.itkserver.boot;

import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The text of the directory file as a tree, which is not deep. */
final class YamlText {
    /** Bytes that the file may have. */
    static final int LONGEST_FILE = 1_000_000;

    private static final int DEEPEST = 32;
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setLabel("directory.yaml")
            .setUseMarks(true)
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(1)
            .setCodePointLimit(LONGEST_FILE)
            .build();

    private YamlText() {}

    /** @throws IllegalArgumentException naming line and rule */
    static YamlMap root(String text) {
        try {
            look(text);
            var root = new Compose(SETTINGS)
                    .composeString(text)
                    .orElseThrow(() -> new IllegalArgumentException("line 1: the file is empty"));
            return new YamlMap("", root);
        } catch (MarkedYamlEngineException e) {
            throw new IllegalArgumentException("line " + line(e.getProblemMark()) + ": " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("line 1: the file is not YAML", e);
        }
    }

    /** The tree is built by a recursion that has no limit of its own, and tags it cannot take have no line then. */
    private static void look(String text) {
        int depth = 0;
        var events = new Parse(SETTINGS).parseString(text).iterator();
        for (var event = next(events, 1); event != null; event = next(events, line(event.getEndMark()))) {
            if (event instanceof CollectionStartEvent start) {
                if (++depth > DEEPEST) {
                    throw wrong(event, "more than " + DEEPEST + " levels deep");
                }
                tag(event, start.getTag());
            } else if (event instanceof ScalarEvent scalar) {
                tag(event, scalar.getTag());
            }
            depth -= event instanceof CollectionEndEvent ? 1 : 0;
        }
    }

    /** @param line where the event before it ends: some mistakes are told by a bare exception of the JDK */
    private static @Nullable Event next(Iterator<Event> events, int line) {
        try {
            return events.hasNext() ? events.next() : null;
        } catch (YamlEngineException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("line " + line + ": what follows is not YAML", e);
        }
    }

    private static void tag(Event at, Optional<String> tag) {
        try {
            tag.ifPresent(Tag::new);
        } catch (IllegalArgumentException e) {
            throw wrong(at, "what follows '!' is no tag");
        }
    }

    private static IllegalArgumentException wrong(Event at, String rule) {
        return new IllegalArgumentException("line " + line(at.getStartMark()) + ": " + rule);
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }
}
