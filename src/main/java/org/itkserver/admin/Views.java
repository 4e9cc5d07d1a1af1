package org.itkserver.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.admin.StoredContent.PayloadView;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.itkserver.audit.AuditQuery.Refused;
import org.itkserver.audit.AuditSearch.Found;
import org.itkserver.audit.AuditSearch.Sealing;
import org.itkserver.audit.MessageSearch.Waiting;
import org.itkserver.envelope.ScannedMessage;
import org.itkserver.exchange.Repairs;
import org.itkserver.retention.Hold;
import org.jspecify.annotations.Nullable;

/** What each template is given. Public only for the templates. */
public final class Views {
    private Views() {}

    /**
     * What every page shows around its content.
     *
     * @param section {@code overview}, {@code messages}, {@code audit} or empty: the entry of the navigation that is current
     * @param person who is signed in, null for nobody
     * @param sample whether this server may answer with invented data
     * @param alerts how many alerts are open
     */
    public record Frame(String title, String section, @Nullable Person person, boolean sample, int alerts) {
        /** The same with a newer number of alerts. */
        Frame withAlerts(int open) {
            return new Frame(title, section, person, sample, open);
        }

        /** The name of the first page, with what waits there. */
        public String overview() {
            return alerts == 0 ? "Overview" : "Overview (" + alerts + (alerts == 1 ? " alert)" : " alerts)");
        }

        /** The token for forms; there are none but for somebody who is signed in. */
        public String token() {
            return person == null ? "" : person.formToken();
        }
    }

    /** @param problem why the last attempt did not work, null before the first */
    public record Login(Frame frame, @Nullable String problem) {}

    /**
     * What was asked for.
     *
     * @param patient whether an NHS number is part of it
     * @param problems what is wrong, by field; empty when nothing is
     */
    public record Search(SearchForm form, boolean patient, Map<String, String> problems) {
        /** Whether anything was asked for. */
        public boolean narrow() {
            return patient || !form.isEmpty();
        }
    }

    public record Document(MessageRow row, Progress progress) {}

    /**
     * @param newest whether this is the first page
     * @param older address of the next page, null on the last
     * @param lookedBack how far back this page looked, null when it is full or the last
     * @param now for ages
     */
    public record Messages(
            Frame frame,
            Search search,
            List<Document> rows,
            boolean newest,
            @Nullable String older,
            @Nullable Instant lookedBack,
            Instant now) {}

    /**
     * One message.
     *
     * @param related everything that belongs to the same document, itself too, oldest first
     * @param headers what its headers say, null when they cannot be shown
     * @param explanations what the error codes of this document mean
     * @param problems what is wrong with the form, by field
     * @param doing what this person can do with it just now
     * @param notice what came of what was done last, null for nothing
     * @param holds legal holds that cover it
     * @param destroyed what is said in the place of its content, null while that is kept
     * @param now for ages
     */
    public record Message(
            Frame frame,
            Document document,
            List<Document> related,
            Timeline timeline,
            List<Waiting> waiting,
            @Nullable ScannedMessage headers,
            List<String> explanations,
            Map<String, String> problems,
            Set<Repairs.Action> doing,
            @Nullable Notice notice,
            List<Hold> holds,
            @Nullable String destroyed,
            Instant now) {}

    /**
     * What came of something, shown once.
     *
     * @param done whether it was done
     */
    public record Notice(boolean done, String text) {}

    /** @param raw the start of the message as received */
    public record Opened(Frame frame, MessageRow row, List<PayloadView> payloads, RawText raw) {}

    /** @param problems what is wrong with the form, by field */
    public record FindRefused(Frame frame, String error, Map<String, String> problems) {}

    /**
     * A refused message.
     *
     * @param problems what is wrong with the form, by field
     * @param start what was kept of it, null while it is not open
     */
    public record Refusal(Frame frame, Refused refused, Map<String, String> problems, @Nullable RawText start) {}

    /**
     * @param newest whether this is the first page
     * @param next the address to go on at, null at the end
     */
    public record Audit(
            Frame frame, AuditForm form, Found found, List<Sealed> seals, boolean newest, @Nullable String next) {}

    /** @param behind whether rows wait longer for their seal than they should */
    public record Sealed(Sealing node, boolean behind) {}

    /** @param number finds the line in the log, null when there is none */
    public record Problem(Frame frame, String text, @Nullable String number) {}
}
