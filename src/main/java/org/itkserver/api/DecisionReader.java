package org.itkserver.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.itkserver.api.JsonReader.Rule;
import org.jspecify.annotations.Nullable;

/** Reads a business outcome. Each reader reads one body. */
final class DecisionReader {
    private static final Rule OUTCOME =
            new Rule(20, Messages.OUTCOMES::containsKey, "one of accepted, error and reject");
    private static final Rule DETAIL =
            new Rule(1000, text -> text.chars().noneMatch(c -> c < ' '), "text without control characters");

    private final JsonReader json;
    private @Nullable String outcome;
    private @Nullable String detail;

    private DecisionReader(JsonReader json) {
        this.json = json;
    }

    /**
     * What a body says.
     *
     * @param outcome a key of {@link Messages#OUTCOMES}
     * @param detail what the sender is told besides, null for nothing
     */
    record Decision(String outcome, @Nullable String detail) {}

    /** @throws Problem naming the member and the rule it breaks */
    static Decision read(InputStream body) throws IOException {
        try (var json = new JsonReader(body)) {
            return new DecisionReader(json).read();
        }
    }

    private Decision read() throws IOException {
        json.document(Map.of("outcome", path -> outcome = json.text(path, OUTCOME), "detail", this::detail));
        var decided = outcome;
        if (decided == null) {
            throw Problem.of("outcome", "is missing");
        }
        return new Decision(decided, detail);
    }

    private void detail(String path) throws IOException {
        if (!json.isNull()) {
            detail = json.text(path, DETAIL);
        }
    }
}
