package org.itkserver.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The console's style sheets and pictures, held in memory and sent without a thread, however slowly they are read. Thread-safe.
 */
public final class StaticAssets {
    private static final String FOLDER = "/assets/";
    private static final Map<String, String> TYPES = Map.of("css", "text/css;charset=UTF-8", "svg", "image/svg+xml");

    private final Map<String, Asset> assets = new HashMap<>();
    private final Map<String, String> headers;

    /** Without any file. */
    StaticAssets() {
        headers = Map.of();
    }

    /**
     * @param context holds the files below {@code /assets/}
     * @param headers headers of every answer, by name
     * @throws IOException when a file cannot be read
     */
    public StaticAssets(ServletContext context, Map<String, String> headers) throws IOException {
        this.headers = Map.copyOf(headers);
        load(context, FOLDER);
    }

    private void load(ServletContext context, String folder) throws IOException {
        var paths = context.getResourcePaths(folder);
        for (var path : paths == null ? Set.<String>of() : paths) {
            if (path.endsWith("/")) {
                load(context, path);
                continue;
            }
            var type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
            try (var in = context.getResourceAsStream(path)) {
                if (type != null && in != null) {
                    assets.put(path, Asset.of(type, in.readAllBytes()));
                }
            }
        }
    }

    /** Answers a request for a file; false, with nothing done, when there is no such file or the method is not GET or HEAD. */
    boolean send(HttpServerExchange exchange) {
        var method = exchange.getRequestMethod();
        var asset = assets.get(exchange.getRelativePath());
        if (asset == null || !method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
            return false;
        }
        var out = exchange.getResponseHeaders();
        headers.forEach((name, value) -> out.put(new HttpString(name), value));
        out.put(Headers.ETAG, asset.tag);
        out.put(Headers.VARY, "Accept-Encoding");
        if (asset.tag.equals(exchange.getRequestHeaders().getFirst(Headers.IF_NONE_MATCH))) {
            exchange.setStatusCode(StatusCodes.NOT_MODIFIED);
            exchange.endExchange();
            return true;
        }
        out.put(Headers.CONTENT_TYPE, asset.type);
        var accepted = exchange.getRequestHeaders().getFirst(Headers.ACCEPT_ENCODING);
        boolean gzip = asset.gzip != null && accepted != null && accepted.contains("gzip");
        if (gzip) {
            out.put(Headers.CONTENT_ENCODING, "gzip");
        }
        ShortAnswer.send(exchange, ByteBuffer.wrap(gzip ? asset.gzip : asset.bytes));
        return true;
    }

    /** @param gzip the same compressed; null when that is not smaller */
    private record Asset(String type, String tag, byte[] bytes, byte @Nullable [] gzip) {
        static Asset of(String type, byte[] bytes) throws IOException {
            var compressed = new ByteArrayOutputStream();
            try (var out = new GZIPOutputStream(compressed)) {
                out.write(bytes);
            }
            var tag = "\"" + HexFormat.of().formatHex(Sha256.of(bytes), 0, 8) + "\"";
            return new Asset(type, tag, bytes, compressed.size() < bytes.length ? compressed.toByteArray() : null);
        }
    }
}
