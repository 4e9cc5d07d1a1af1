package org.itkserver.admin;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.itkserver.envelope.TrackingId;
import org.itkserver.retention.Hold;
import org.jspecify.annotations.Nullable;

/**
 * What a hold shall cover, as somebody filled it in; empty where nothing is. An NHS number is none of the fields: it is on no
 * page and in no object that outlives its request. Public only for the template.
 *
 * @param misplaced whether one was typed into a field that is stored; it is dropped
 */
public record HoldForm(String trackingId, String partner, String service, String from, String to, boolean misplaced) {
    static final HoldForm EMPTY = new HoldForm("", "", "", "", "", false);
    /** The field of the NHS number. */
    static final String PATIENT = "nhsNumber";

    private static final int LONGEST = 128;
    private static final String TIME = "A time looks like 2026-11-22T16:05";

    /** @param parameters gives the value of a field, null when it was not sent */
    static HoldForm of(Function<String, @Nullable String> parameters) {
        var trackingId = text(parameters, "trackingId");
        var partner = text(parameters, "partner");
        var service = text(parameters, "service");
        return new HoldForm(
                isNumber(trackingId) ? "" : trackingId.toUpperCase(Locale.ROOT),
                isNumber(partner) ? "" : partner,
                isNumber(service) ? "" : service,
                text(parameters, "from"),
                text(parameters, "to"),
                isNumber(trackingId) || isNumber(partner) || isNumber(service));
    }

    private static String text(Function<String, @Nullable String> parameters, String name) {
        var value = parameters.apply(name);
        var text = value == null ? "" : value.strip();
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }

    private static boolean isNumber(String text) {
        return digits(text).matches("[0-9]{10}");
    }

    /** An NHS number as people write it, in groups. */
    static String digits(@Nullable String typed) {
        return typed == null ? "" : typed.replaceAll("[\\s-]", "");
    }

    private boolean isWindow() {
        return !(partner + service + from + to).isEmpty();
    }

    /**
     * What is wrong, by field, in the order of the page; empty when nothing is.
     *
     * @param number what was typed as an NHS number, without blanks and hyphens
     */
    Map<String, String> problems(String number) {
        var out = new LinkedHashMap<String, String>();
        int ways = (trackingId.isEmpty() ? 0 : 1) + (number.isEmpty() ? 0 : 1) + (isWindow() ? 1 : 0);
        if (misplaced) {
            out.put(PATIENT, "An NHS number goes here, not into another field; it was dropped there");
        } else if (ways != 1) {
            out.put(
                    "trackingId",
                    ways == 0 ? "Say what to hold, in one of three ways" : "Use one of the three ways only");
        } else if (!trackingId.isEmpty() && !TrackingId.isValid(trackingId)) {
            out.put(
                    "trackingId",
                    "A tracking id has 32 digits and letters A to F in five groups with hyphens between them");
        }
        if (!misplaced && !number.isEmpty() && !number.matches("[0-9]{10}")) {
            out.put(PATIENT, "An NHS number has ten digits");
        }
        if (isWrong(from)) {
            out.put("from", TIME);
        }
        if (isWrong(to)) {
            out.put("to", TIME);
        } else if (!out.containsKey("from")
                && !from.isEmpty()
                && !to.isEmpty()
                && !time(from).isBefore(time(to))) {
            out.put("to", "The end must be after the start");
        }
        return out;
    }

    private static boolean isWrong(String text) {
        try {
            return !text.isEmpty() && !time(text).isAfter(Instant.EPOCH);
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    private static Instant time(String text) {
        return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }

    /**
     * What is to be held; the form has no problems.
     *
     * @param patient key of an NHS number, null for none
     */
    Hold.What what(byte @Nullable [] patient) {
        if (patient != null) {
            return new Hold.OnePatient(patient);
        }
        return trackingId.isEmpty()
                ? new Hold.Window(
                        value(partner),
                        value(service),
                        from.isEmpty() ? null : time(from),
                        to.isEmpty() ? null : time(to))
                : new Hold.OneMessage(trackingId);
    }

    private static @Nullable String value(String text) {
        return text.isEmpty() ? null : text;
    }
}
