package org.itkserver.http;

import java.util.Set;

/** What a path belongs to. */
enum Route {
    /** ITK addresses and their WSDLs. */
    ITK,
    /** The REST API. */
    API,
    /** The console's pages. */
    CONSOLE,
    /** Exports of the console, which may be of any size. */
    EXPORT,
    /** The console's style sheets and pictures. */
    ASSET,
    /** The liveness check. */
    LIVE,
    /** The readiness check. */
    HEALTH,
    /** Metrics, contracts, the front page, and addresses that do not exist. */
    OTHER;

    static final String LIVE_PATH = "/health/live";
    private static final Set<String> EXPORTS = Set.of("csv", "ndjson");

    /** @param path canonical, without query */
    static Route of(String path) {
        if (isBelow(path, "/itk")) {
            return ITK;
        } else if (isBelow(path, "/api")) {
            return API;
        } else if (isBelow(path, "/admin")) {
            return EXPORTS.contains(path.substring(path.lastIndexOf('/') + 1)) ? EXPORT : CONSOLE;
        } else if (path.startsWith("/assets/")) {
            return ASSET;
        } else if (path.equals(LIVE_PATH)) {
            return LIVE;
        }
        return isBelow(path, "/health") ? HEALTH : OTHER;
    }

    private static boolean isBelow(String path, String base) {
        return path.startsWith(base) && (path.length() == base.length() || path.charAt(base.length()) == '/');
    }
}
