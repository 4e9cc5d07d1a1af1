package org.itkserver.admin;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.SessionTrackingMode;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.xml.stream.XMLInputFactory;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.MessageSearch;
import org.itkserver.envelope.EnvelopeScanner;
import org.itkserver.envelope.PayloadStreams;
import org.itkserver.exchange.PatientKey;

/** The console, put together. Made and registered once, while the deployment's context starts. */
public final class AdminPages {
    private static final String ATTRIBUTE = AdminPages.class.getName();

    private final AdminSettings settings;
    private final Filter guard;
    private final Set<Object> resources;

    /**
     * @param scanner reads stored messages
     * @param factory reads payloads; it is configured here
     * @param sample whether this server may answer with invented data; every page says so then
     */
    public AdminPages(
            AuditQuery query,
            MessageSearch search,
            AuditTrail trail,
            Accounts accounts,
            EnvelopeScanner scanner,
            PayloadStreams streams,
            XMLInputFactory factory,
            PatientKey patients,
            Clock clock,
            AdminSettings settings,
            BooleanSupplier sample) {
        this.settings = settings;
        var pages = new Pages(sample);
        var sessions = new ConsoleSessions(clock);
        guard = new Guard(sessions, pages, settings.origins());
        resources = Set.of(
                new SignInPages(accounts, trail, sessions, pages, clock),
                new MessageListPages(search, trail, patients::of, pages, clock),
                new MessagePages(
                        query,
                        search,
                        new StoredContent(query, scanner, streams, factory, settings.spoolFolder()),
                        trail,
                        pages,
                        clock),
                new EventPages(query, pages),
                new Troubles(pages));
    }

    /** Registers filters and the session's cookie, and leaves this object where {@link AdminApplication} finds it. */
    public void register(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
        context.setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE));
        var cookie = context.getSessionCookieConfig();
        cookie.setName(settings.secureCookie() ? "__Host-itk" : "itk");
        cookie.setSecure(settings.secureCookie());
        cookie.setHttpOnly(true);
        cookie.setPath("/");
        cookie.setAttribute("SameSite", "Strict");
        add(context, "console-headers", new SecurityHeaders(), "/admin/*", "/assets/*");
        add(context, "console-guard", guard, "/admin/*");
    }

    private static void add(ServletContext context, String name, Filter filter, String... patterns) {
        var registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, patterns);
    }

    /** What answers under {@code /admin}. */
    Set<Object> resources() {
        return resources;
    }

    /** @throws IllegalStateException when nothing is registered */
    static AdminPages of(ServletContext context) {
        if (context.getAttribute(ATTRIBUTE) instanceof AdminPages pages) {
            return pages;
        }
        throw new IllegalStateException("the console is not registered");
    }
}
