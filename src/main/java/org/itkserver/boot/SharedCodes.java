package org.itkserver.boot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Route;

/**
 * ODS codes of several partners: a trust may have several systems, each a partner of its own. Then routes must say which of them
 * an address belongs to.
 */
final class SharedCodes {
    private SharedCodes() {}

    /** Refuses a code of two partners that no route tells apart. */
    static void check(List<Partner> partners, List<Route> routes, PartnerEntry reader, Mistakes mistakes) {
        var owners = new LinkedHashMap<String, List<Partner>>();
        for (var partner : partners) {
            partner.ods().stream().sorted().forEach(code -> owners.computeIfAbsent(code, c -> new ArrayList<>())
                    .add(partner));
        }
        owners.forEach((code, sharing) -> {
            if (sharing.size() > 1 && !isToldApart(code, sharing, routes)) {
                var first = sharing.get(0).id();
                mistakes.add(reader.wrongCode(
                        sharing.get(1).id(),
                        "holds " + code + ", which partner " + first
                                + " has, too: add a route that names one of them for"
                                + " the code, or a route for each of them with its addresses below the code"));
            }
        });
    }

    private static boolean isToldApart(String code, List<Partner> sharing, List<Route> routes) {
        var ids = sharing.stream().map(Partner::id).toList();
        boolean ofCode = routes.stream().anyMatch(route -> ids.contains(route.partner()) && isOf(code, route, 5));
        return ofCode
                || ids.stream().allMatch(id -> routes.stream()
                        .anyMatch(route -> id.equals(route.partner()) && isOf(code, route, 6)));
    }

    /** Whether a route is for addresses of the code, with so many tokens at least; with five it is for the code itself. */
    private static boolean isOf(String code, Route route, int tokens) {
        int found = route.address().split(":", -1).length;
        return code.equalsIgnoreCase(Partner.organisation(route.address()))
                && (tokens == 5 ? found == 5 : found >= tokens);
    }

    /** Refuses a route for the same address as an earlier one: it would never be reached. */
    static void refuseEqual(YamlMap map, Route route, List<Route> earlier) {
        var address = route.address().toLowerCase(Locale.ROOT);
        for (var other : earlier) {
            if (other.address().toLowerCase(Locale.ROOT).equals(address)) {
                boolean same = Objects.equals(other.partner(), route.partner())
                        && Objects.equals(other.handler(), route.handler());
                throw map.wrong(
                        "address",
                        "has a route before this one that leads " + (same ? "to the same place" : "elsewhere")
                                + ": remove one of them");
            }
        }
    }
}
