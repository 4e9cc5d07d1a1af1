package org.itkserver.admin;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.SessionTrackingMode;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditSearch;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.MessageSearch;
import org.itkserver.directory.Directory;
import org.itkserver.envelope.Ids;
import org.itkserver.exchange.BulkResends;
import org.itkserver.exchange.PatientKey;
import org.itkserver.exchange.Repairs;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.retention.Standing;

/** The console, put together. Made and registered once, while the deployment's context starts. */
public final class AdminPages {
    private static final String ATTRIBUTE = AdminPages.class.getName();

    private final Filter guard;
    private final AccessDenials denials;
    private final Set<Object> resources;

    /** The headers of the console's style sheets and pictures, by name. */
    public static final Map<String, String> ASSET_HEADERS = SecurityHeaders.ofAssets();

    /**
     * @param content of messages that {@code query} knows
     * @param desk what is kept how long, and legal holds
     * @param standing what holds a message, and what destroyed it
     * @param sample whether this server may answer with invented data; every page says so then
     * @param monitor how this server is
     */
    public AdminPages(
            AuditQuery query,
            MessageSearch search,
            AuditSearch audit,
            AuditTrail trail,
            Accounts accounts,
            Supplier<Directory> directory,
            FileDesk files,
            StoredContent content,
            PatientKey patients,
            Repairs repairs,
            BulkResends bulk,
            RetentionDesk desk,
            Standing standing,
            Trial trial,
            Clock clock,
            AdminSettings settings,
            BooleanSupplier sample,
            Monitor monitor) {
        var pages = new Pages(sample, monitor::openAlerts);
        var sessions = new ConsoleSessions(accounts, settings, System::nanoTime);
        var throttle = new SignInThrottle(System::nanoTime);
        var turns = new HashTurns();
        var changes = new Changes(trail, clock);
        var secrets = new Secrets(new SecureRandom());
        var lists = new MessageListPages(search, trail, patients::of, pages, clock);
        var exports = new Exports(trail, pages, clock);
        var proofs = new ProofRows(
                desk, id -> query.message(id).map(MessageRow::trackingId).orElse(null));
        var openings = new Openings(trail, new BreakGlass(System::nanoTime), clock);
        var messages = new MessagePages(query, search, content, openings, repairs, standing, pages, clock);
        guard = new Guard(sessions, pages, settings.origins());
        denials = new AccessDenials(trail, clock, System::nanoTime);
        resources = Set.of(
                new SignInPages(accounts, trail, sessions, throttle, turns, pages, clock),
                new OverviewPages(monitor, directory, audit, trail, pages, clock),
                new AccountPages(accounts, trail, sessions, throttle, turns, pages, clock),
                new PeoplePages(accounts, changes, secrets, turns, pages, clock),
                new ClientPages(accounts, changes, secrets, pages, clock),
                lists,
                messages,
                new RefusedPages(query, openings, pages),
                new RepairPages(repairs, messages),
                new BulkPages(bulk, lists, pages),
                new DirectoryPages(directory, files, monitor::validities, pages, clock),
                new TrialPages(trial, search, pages, Ids.random(), clock),
                new AuditPages(audit, exports, pages, clock),
                new RetentionPages(desk, standing, directory, pages, clock),
                new HoldPages(desk, search, patients::of, pages),
                new ProofPages(proofs, exports, pages, clock),
                new EventPages(),
                new Rules(denials, pages),
                new Troubles(pages));
    }

    /** Registers the filters, and leaves this object where {@link AdminApplication} finds it. */
    public void register(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
        // nothing here uses the container's sessions; should something, then never by an address with ;jsessionid
        context.setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE));
        add(context, "console-headers", new SecurityHeaders(), "/admin/*");
        add(context, "console-guard", guard, "/admin/*");
    }

    private static void add(ServletContext context, String name, Filter filter, String... patterns) {
        var registration = context.addFilter(name, filter);
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, patterns);
    }

    /** What there is to do each minute. */
    public void housekeeping() {
        denials.flush();
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
