package org.itkserver.admin;

import java.util.List;
import org.itkserver.audit.AuditQuery.EventRow;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.jspecify.annotations.Nullable;

/** What each template is given. Public only for the templates. */
public final class Views {
    private Views() {}

    /**
     * What every page shows around its content.
     *
     * @param section {@code messages}, {@code events} or empty: the entry of the navigation that is current
     * @param person who is signed in, null for nobody
     * @param sample whether this server may answer with invented data
     */
    public record Frame(String title, String section, @Nullable Person person, boolean sample) {
        /** The token for forms; there are none but for somebody who is signed in. */
        public String token() {
            return person == null ? "" : person.formToken();
        }
    }

    /** @param problem why the last attempt did not work, null before the first */
    public record Login(Frame frame, @Nullable String problem) {}

    /**
     * @param search the tracking id searched for, null for the newest messages
     * @param problem what is wrong with the search, null when nothing is
     * @param newest whether this is the first page
     * @param next the id to go on before, null on the last page
     */
    public record Messages(
            Frame frame,
            List<MessageRow> rows,
            @Nullable String search,
            @Nullable String problem,
            boolean newest,
            @Nullable Long next) {}

    public record Message(Frame frame, MessageRow row, List<EventRow> events) {}

    public record Raw(Frame frame, MessageRow row, RawText raw) {}

    public record Events(Frame frame, List<EventRow> events) {}

    /** @param number finds the line in the log, null when there is none */
    public record Problem(Frame frame, String text, @Nullable String number) {}
}
