package org.itkserver.api;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.TrailQuery;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.ManifestReader;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.Submissions;

/** The REST API, put together. Made and registered once, while the deployment's context starts. */
public final class RestApi {
    private static final String ATTRIBUTE = RestApi.class.getName();

    private final Access access;
    private final Filter gate;
    private final Filter metricsGate;
    private final Set<Object> resources;

    public RestApi(
            Submissions submissions,
            MessageStore store,
            EnvelopeScanner scanner,
            ManifestReader manifests,
            PayloadStreams streams,
            Accounts accounts,
            AuditQuery query,
            TrailQuery trail,
            Supplier<Directory> directory,
            Clock clock,
            ApiSettings settings) {
        access = new Access(accounts, store, clock, System::nanoTime);
        var problems = new Problems();
        var messages = new Messages(store, query);
        var payloads = new Payloads(store, scanner, manifests, streams, settings.spoolFolder());
        var reads = new PayloadReads(store, clock);
        var pages = new TrailPages(System::nanoTime);
        gate = new Gate(access, problems, null);
        metricsGate = new Gate(access, problems, Access.METRICS);
        resources = Set.of(
                new MessageResource(
                        access,
                        new RequestBodies(settings),
                        settings.maxMessage(),
                        submissions,
                        new Sending(submissions, store, messages, directory),
                        messages,
                        payloads,
                        reads),
                new PayloadResource(access, messages, payloads, reads),
                new InboxResource(access, trail, pages, store, messages, payloads),
                new AuditResource(access, trail, pages, messages),
                new ContractResource(),
                problems);
    }

    /** Registers the gate, and leaves this object where {@link ApiApplication} finds it. */
    public void register(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
        // a payload's media type is its sender's; nobody here knows the encoding of its text
        context.setInitParameter("resteasy.add.charset", "false");
        var registration = context.addFilter("api-gate", gate);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/api/*");
    }

    /** What there is to do each minute. */
    public void housekeeping() {
        access.flush();
    }

    /** Lets only applications with the scope {@code metrics} pass; for {@code /metrics}. */
    public Filter metricsGate() {
        return metricsGate;
    }

    /** What answers under {@code /api}. */
    Set<Object> resources() {
        return resources;
    }

    /** @throws IllegalStateException when nothing is registered */
    static RestApi of(ServletContext context) {
        if (context.getAttribute(ATTRIBUTE) instanceof RestApi api) {
            return api;
        }
        throw new IllegalStateException("the REST API is not registered");
    }
}
