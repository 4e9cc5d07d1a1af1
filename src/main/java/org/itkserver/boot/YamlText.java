package org.itkserver.boot;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The text of the directory file as a tree, which is not deep. */
final class YamlText {
    private static final int LONGEST_FILE = 1_000_000;
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
            refuseDepth(text);
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

    /** The tree is built by a recursion that has no limit of its own. */
    private static void refuseDepth(String text) {
        int depth = 0;
        for (var event : new Parse(SETTINGS).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
                throw new IllegalArgumentException(
                        "line " + line(event.getStartMark()) + ": more than " + DEEPEST + " levels deep");
            }
            depth -= event instanceof CollectionEndEvent ? 1 : 0;
        }
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }
}
