package org.itkserver.admin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.envelope.PlainText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every page of the console. A form must be small and come from our own pages; whoever is not signed in is
 * sent to {@link #LOGIN}, the one open page; a form of somebody signed in must carry the session's token.
 */
final class Guard extends HttpFilter {
    static final String LOGIN = "/admin/login";

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final Set<String> READING = Set.of("GET", "HEAD");
    private static final int LARGEST_FORM = 16 * 1024;

    private final transient SignIn signIn;
    private final transient Pages pages;
    private final transient Set<String> origins;

    /** @param origins our origins besides the one of the request's own Host */
    Guard(SignIn signIn, Pages pages, Set<String> origins) {
        this.signIn = signIn;
        this.pages = pages;
        this.origins = Set.copyOf(origins);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean form = !READING.contains(request.getMethod());
        // the path as it came: one spelling of the login page is open, any other is not
        boolean open = request.getRequestURI().equals(LOGIN);
        Optional<Person> person;
        try {
            person = signIn.person(request);
        } catch (StoreUnavailable e) {
            LOG.warn("nobody can be let into the console: {}", e.getMessage());
            refuse(response, Trouble.DATABASE_AWAY);
            return;
        }
        person.ifPresent(who -> who.attachTo(request));
        if (form && isTooLarge(request)) {
            refuse(response, Trouble.TOO_LARGE);
        } else if (form && isForeign(request)) {
            refuse(response, Trouble.FOREIGN_FORM);
        } else if ((open || person.isPresent()) && !isReadable(request)) {
            refuse(response, Trouble.BAD_REQUEST);
        } else if (open) {
            chain.doFilter(request, response);
        } else if (person.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", LOGIN);
        } else if (form && !FormCheck.isTokenRight(person.get().formToken(), request.getParameter(FormCheck.FIELD))) {
            refuse(response, Trouble.FOREIGN_FORM);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Whether every field of a form and of the address is text. */
    private static boolean isReadable(HttpServletRequest request) {
        var path = request.getPathInfo();
        if (path != null && !PlainText.isStorable(path)) {
            return false;
        }
        for (var field : request.getParameterMap().entrySet()) {
            if (!PlainText.isStorable(field.getKey())) {
                return false;
            }
            for (var value : field.getValue()) {
                if (!PlainText.isStorable(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isTooLarge(HttpServletRequest request) {
        return request.getContentLengthLong() > LARGEST_FORM || request.getHeader("Transfer-Encoding") != null;
    }

    private boolean isForeign(HttpServletRequest request) {
        var own = request.getScheme() + "://" + request.getHeader("Host");
        var ours = new HashSet<>(origins);
        ours.add(own.toLowerCase(Locale.ROOT));
        return FormCheck.isForeign(request.getHeader("Origin"), request.getHeader("Sec-Fetch-Site"), ours);
    }

    private void refuse(HttpServletResponse response, Trouble trouble) throws IOException {
        var page = pages.trouble(trouble);
        response.setStatus(trouble.status());
        response.setContentType(Pages.HTML);
        response.setContentLength(page.length);
        response.getOutputStream().write(page);
    }
}
