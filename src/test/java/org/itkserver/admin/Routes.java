package org.itkserver.admin;

import com.ctc.wstx.stax.WstxInputFactory;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.MessageSearch;
import org.itkserver.audit.Role;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.envelope.ScanLimits;
import org.itkserver.exchange.BulkJobs;
import org.itkserver.exchange.BulkResends;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.PatientKey;
import org.itkserver.exchange.Repairs;
import org.itkserver.io.InHand;
import org.itkserver.io.MemoryBudget;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.Standing;
import org.jspecify.annotations.Nullable;

/** Every address of the console with its rule, read from the resources that the console registers. */
public final class Routes {
    private Routes() {}

    /**
     * @param address with names in braces
     * @param needs the role it is for, null when it is open
     * @param beforeChange whether it can be reached with a one-time password
     */
    public record Route(String method, String address, @Nullable Role needs, boolean beforeChange) {}

    static List<Method> methods() {
        var store = fake(MessageStore.class);
        var repairs = new Repairs(store, Routes::nobody, Clock.systemUTC(), () -> {});
        var pages = new AdminPages(
                fake(AuditQuery.class),
                fake(MessageSearch.class),
                fake(AuditSearch.class),
                event -> {},
                new MemoryPeople(),
                () -> {
                    throw new UnsupportedOperationException();
                },
                fake(FileDesk.class),
                new StoredContent(
                        fake(AuditQuery.class),
                        new EnvelopeScanner(new WstxInputFactory(), ScanLimits.DEFAULT),
                        new PayloadStreams(new WstxInputFactory(), 1),
                        new WstxInputFactory(),
                        java.nio.file.Path.of("none"),
                        MemoryBudget.single("views", 1),
                        InHand.inMemory(),
                        row -> {}),
                new PatientKey(new byte[32]),
                repairs,
                new BulkResends(
                        fake(BulkJobs.class), store, fake(MessageSearch.class), Routes::nobody, Clock.systemUTC()),
                fake(RetentionDesk.class),
                fake(Standing.class),
                fake(Trial.class),
                Clock.systemUTC(),
                new AdminSettings(Set.of()),
                () -> false,
                fake(Monitor.class));
        var out = new ArrayList<Method>();
        for (var resource : pages.resources()) {
            if (resource.getClass().isAnnotationPresent(Path.class)) {
                // whatever could be reached, whether it is public or not
                Arrays.stream(resource.getClass().getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Path.class)
                                || verbs(method).findAny().isPresent())
                        .forEach(out::add);
            }
        }
        out.sort(Comparator.comparing(Method::toString));
        return out;
    }

    private static Directory nobody() {
        throw new UnsupportedOperationException();
    }

    private static <T> T fake(Class<T> type) {
        return type.cast(java.lang.reflect.Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException();
                }));
    }

    static Stream<String> verbs(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(verb -> verb != null)
                .map(HttpMethod::value);
    }

    public static List<Route> all() {
        return methods().stream()
                .flatMap(method -> {
                    var needs = method.getAnnotation(Needs.class);
                    return verbs(method)
                            .map(verb -> new Route(
                                    verb,
                                    Rules.address(method),
                                    needs == null ? null : needs.value(),
                                    needs != null && needs.beforeChange()));
                })
                .toList();
    }
}
