package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.itkserver.audit.Role;
import org.itkserver.directory.Directory;
import org.itkserver.directory.DirectoryStatus;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.itkserver.watch.Validity;
import org.jspecify.annotations.Nullable;

/** The directory as it is in force: who, what and where to, and why a message would go there. */
@Path("/directory")
public final class DirectoryPages {
    private static final int LONGEST = 256;
    private static final String USUAL_SERVICE = "SendCDADocument-v2-0";

    private final Supplier<Directory> directory;
    private final FileDesk files;
    private final Supplier<List<Validity>> validities;
    private final Pages pages;
    private final Clock clock;
    private final PerSession<Views.Notice> notices = new PerSession<>();

    DirectoryPages(
            Supplier<Directory> directory,
            FileDesk files,
            Supplier<List<Validity>> validities,
            Pages pages,
            Clock clock) {
        this.directory = directory;
        this.files = files;
        this.validities = validities;
        this.pages = pages;
        this.clock = clock;
    }

    /**
     * The page. Public only for the template.
     *
     * @param waiting files of outboxes that are not sent yet
     * @param notice what came of what was done last, null for nothing
     * @param address asked about, empty for none
     * @param service asked about
     * @param steps why it goes where, empty when nothing was asked
     */
    public record View(
            Views.Frame frame,
            DirectoryStatus status,
            List<FileDesk.Waiting> waiting,
            Views.@Nullable Notice notice,
            Directory directory,
            List<Partner> partners,
            List<Route> routes,
            List<HandlerSettings> handlers,
            List<Service> services,
            String address,
            String service,
            List<String> steps,
            Map<String, String> problems,
            List<Validity> validities,
            Instant now) {}

    @GET
    @Needs(Role.VIEWER)
    public Response directory(@Context HttpServletRequest request) {
        var now = directory.get();
        var problems = new TreeMap<String, String>();
        var address = text(request.getParameter("address"));
        var name = text(request.getParameter("service"));
        List<String> steps = List.of();
        if (!address.isEmpty()) {
            var service = service(now, name.isEmpty() ? USUAL_SERVICE : name);
            if (!address.matches("urn:[!-~]+")) {
                problems.put("address", "An address is a URN without blanks, such as urn:nhs-uk:addressing:ods:X1111");
            } else if (service.isEmpty()) {
                problems.put("service", "There is no service of this name");
            } else {
                steps = Explainer.explain(now, address, service.get());
            }
        }
        var person = Person.of(request);
        var title = problems.isEmpty() ? "Directory" : "Error: Directory";
        var view = new View(
                pages.frame(title, "directory", person),
                files.directory(),
                files.waiting(),
                notices.take(person).orElse(null),
                now,
                now.partners(),
                now.routes(),
                handlers(now),
                now.services().values().stream()
                        .sorted(Comparator.comparing(Service::name))
                        .toList(),
                address,
                name,
                steps,
                problems,
                validities.get(),
                clock.instant());
        return Pages.answer(problems.isEmpty() ? 200 : 400, pages.render("directory", view))
                .build();
    }

    private static List<HandlerSettings> handlers(Directory directory) {
        return directory.handlers().values().stream()
                .sorted(Comparator.comparing(HandlerSettings::name))
                .toList();
    }

    @POST
    @Path("pending")
    @Needs(Role.ADMIN)
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response putInForce(@Context HttpServletRequest request) {
        var sha256 = String.valueOf(request.getParameter("version"));
        var person = Person.of(request);
        var refused = files.putInForce(sha256, person.name(), request.getRemoteAddr());
        notices.put(
                person,
                refused.map(why -> new Views.Notice(false, "Not done. " + why + "."))
                        .orElseGet(() -> new Views.Notice(true, "The changed file is in force.")));
        return Pages.goTo("/admin/directory");
    }

    private static Optional<Service> service(Directory directory, String name) {
        return Optional.ofNullable(directory.services().get(name)).or(() -> directory.serviceOf(name));
    }

    private static String text(@Nullable String value) {
        var text = value == null ? "" : value.strip();
        return text.substring(0, Math.min(LONGEST, text.length()));
    }
}
