package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * {@code openapi.yaml}, to hold answers against it: an answer that it does not describe, down to each member, is a failed
 * test. Remembers what it has seen.
 */
final class OpenApi {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String AT = "https://itk.example/openapi.json";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

    private final JsonNode document;
    private final JsonSchemaFactory schemas;
    private final Set<String> seen = new TreeSet<>();

    OpenApi(String yaml) {
        var loaded =
                new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromString(yaml);
        document = MAPPER.valueToTree(loaded);
        var strict = document.deepCopy();
        // clients must ignore members that they do not know; the tests must not
        strict.path("components").path("schemas").forEach(OpenApi::close);
        schemas = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(AT, strict.toString()))));
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object
                && "object".equals(schema.path("type").asText())
                && !schema.has("additionalProperties")) {
            object.put("unevaluatedProperties", false);
        }
        schema.forEach(OpenApi::close);
    }

    /** An answer as it came. */
    record Answer(String method, String path, int status, HttpHeaders headers, String body) {
        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                return fail("no JSON: " + body);
            }
        }
    }

    /** Holds an answer against the document. */
    Answer check(Answer answer) {
        var label = answer.method() + " " + answer.path() + " " + answer.status();
        var path = path(answer.path().replaceAll("\\?.*", ""));
        var operation = path == null
                ? null
                : document.at("/paths").path(path).path(answer.method().toLowerCase(java.util.Locale.ROOT));
        if (operation == null || operation.isMissingNode()) {
            assertTrue(Set.of(401, 404, 405).contains(answer.status()), label);
            body(label, "/components/responses/NotFound", answer);
            return answer;
        }
        var pointer = "/paths/" + escaped(path) + "/" + answer.method().toLowerCase(java.util.Locale.ROOT)
                + "/responses/" + answer.status();
        var response = document.at(pointer);
        assertTrue(!response.isMissingNode(), label + " is not described: " + answer.body());
        if (response.has("$ref")) {
            pointer = response.path("$ref").asText().substring(1);
        }
        headers(label, pointer, answer.headers());
        body(label, pointer, answer);
        seen.add(answer.method() + " " + path + " " + answer.status());
        return answer;
    }

    private void headers(String label, String pointer, HttpHeaders headers) {
        document.at(pointer).path("headers").fields().forEachRemaining(described -> {
            var header = described.getValue();
            var at = header.has("$ref")
                    ? header.path("$ref").asText().substring(1)
                    : pointer + "/headers/" + described.getKey();
            var value = headers.firstValue(described.getKey());
            assertTrue(
                    value.isPresent() || !document.at(at).path("required").asBoolean(),
                    label + " lacks " + described.getKey());
            value.ifPresent(text -> {
                boolean number = document.at(at).at("/schema/type").asText().equals("integer");
                var node = number ? MAPPER.valueToTree(Long.parseLong(text)) : MAPPER.valueToTree(text);
                valid(label + " " + described.getKey(), at + "/schema", (JsonNode) node);
            });
        });
    }

    private void body(String label, String pointer, Answer answer) {
        var content = document.at(pointer).path("content");
        var type = answer.headers().firstValue("Content-Type").orElse("");
        var name = content.has(type) ? type : content.has("*/*") ? "*/*" : "";
        assertTrue(!name.isEmpty(), label + " has the media type " + type);
        if (type.endsWith("json") && content.path(name).has("schema")) {
            assertEquals(answer.status() >= 400, type.equals("application/problem+json"), label);
            valid(label, pointer + "/content/" + escaped(name) + "/schema", answer.json());
            if (answer.status() >= 400) {
                assertEquals(answer.status(), answer.json().path("status").asInt(), label);
            }
        }
        assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""), label);
    }

    private static String escaped(String segment) {
        return segment.replace("~", "~0").replace("/", "~1");
    }

    private JsonSchema schema(String pointer) {
        var config =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return schemas.getSchema(
                SchemaLocation.of(AT + "#" + pointer.replace("{", "%7B").replace("}", "%7D")), config);
    }

    private void valid(String label, String pointer, JsonNode value) {
        assertTrue(!document.at(JsonPointer.compile(pointer)).isMissingNode(), "no schema at " + pointer);
        var problems = schema(pointer).validate(value);
        assertTrue(problems.isEmpty(), label + ": " + problems + "\n" + value);
    }

    /** The template that a path matches, the one with the fewest variables; null when there is none. */
    private String path(String path) {
        var matching = new ArrayList<String>();
        document.path("paths").fieldNames().forEachRemaining(template -> {
            var regex =
                    Pattern.compile(template.replaceAll("\\{[^}]*}", "[^/]*").replace(".", "\\."));
            if (regex.matcher(path).matches()) {
                matching.add(template);
            }
        });
        matching.sort(java.util.Comparator.comparing(
                t -> t.chars().filter(c -> c == '{').count()));
        return matching.isEmpty() ? null : matching.get(0);
    }

    private void operations(java.util.function.BiConsumer<String, JsonNode> visitor) {
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation -> {
                    if (METHODS.contains(operation.getKey())) {
                        var name = operation.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey();
                        visitor.accept(name, operation.getValue());
                    }
                }));
    }

    /** Every operation, such as {@code GET /api/inbox}, with the statuses it describes. */
    Map<String, List<String>> operations() {
        var out = new LinkedHashMap<String, List<String>>();
        operations((name, operation) -> {
            var statuses = new ArrayList<String>();
            operation.path("responses").fieldNames().forEachRemaining(statuses::add);
            out.put(name, statuses);
        });
        return out;
    }

    /** What is described and has not been seen, such as {@code GET /api/inbox 200}. */
    Set<String> unseen() {
        var out = new TreeSet<String>();
        operations().forEach((name, statuses) -> statuses.forEach(status -> out.add(name + " " + status)));
        out.removeAll(seen);
        return out;
    }

    /** Holds the document's own examples against its schemas; returns how many there are. */
    int checkExamples() {
        var count = new int[1];
        Consumer<String> media = pointer -> {
            var content = document.at(pointer);
            content.fields()
                    .forEachRemaining(
                            type -> type.getValue().path("examples").fields().forEachRemaining(example -> {
                                count[0]++;
                                valid(
                                        "example " + example.getKey(),
                                        pointer + "/" + escaped(type.getKey()) + "/schema",
                                        example.getValue().path("value"));
                            }));
        };
        document.path("components")
                .path("responses")
                .fieldNames()
                .forEachRemaining(name -> media.accept("/components/responses/" + name + "/content"));
        operations((name, operation) -> {
            var split = name.split(" ");
            var at = "/paths/" + escaped(split[1]) + "/" + split[0].toLowerCase(java.util.Locale.ROOT);
            media.accept(at + "/requestBody/content");
            operation
                    .path("responses")
                    .fieldNames()
                    .forEachRemaining(status -> media.accept(at + "/responses/" + status + "/content"));
        });
        return count[0];
    }
}
