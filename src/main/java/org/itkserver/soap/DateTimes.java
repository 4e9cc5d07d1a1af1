package org.itkserver.soap;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Reads {@code xsd:dateTime}; an offset may lack its colon, and without a zone the time is UTC (H5). */
final class DateTimes {
    private static final int SECONDS_END = 19;
    private static final int FRACTION = 9;
    private static final int TIME = 11;
    private static final String MIDNIGHT = "24:00:00";

    private DateTimes() {}

    /** The instant, to the nanosecond; null for anything that is not a date and time. */
    static @Nullable Instant instant(String text) {
        if (text.length() < SECONDS_END || !separators(text)) {
            return null;
        }
        int end = SECONDS_END;
        int nanos = 0;
        boolean zero = true;
        if (end < text.length() && text.charAt(end) == '.') {
            int digits = 0;
            for (end++; end < text.length() && isDigit(text.charAt(end)); end++) {
                zero &= text.charAt(end) == '0';
                if (digits++ < FRACTION) {
                    nanos = nanos * 10 + text.charAt(end) - '0';
                }
            }
            if (digits == 0) {
                return null;
            }
            for (; digits < FRACTION; digits++) {
                nanos *= 10;
            }
        }
        var zone = zone(text, end);
        if (zone == null) {
            return null;
        }
        if (text.startsWith(MIDNIGHT, TIME)) {
            var start = zero ? local(text.substring(0, TIME) + "00:00:00", 0, zone) : null;
            return start == null ? null : start.plus(1, ChronoUnit.DAYS);
        }
        return local(text, nanos, zone);
    }

    private static @Nullable Instant local(String text, int nanos, ZoneOffset zone) {
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, SECONDS_END);
        if (year < 0) {
            return null;
        }
        try {
            return LocalDateTime.of(year, month, day, hour, minute, second, nanos)
                    .toInstant(zone);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static boolean separators(String text) {
        return text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
    }

    private static @Nullable ZoneOffset zone(String text, int start) {
        int length = text.length() - start;
        if (length == 0) {
            return ZoneOffset.UTC;
        }
        if (length == 1 && text.charAt(start) == 'Z') {
            return ZoneOffset.UTC;
        }
        boolean colon = length == 6 && text.charAt(start + 3) == ':';
        if (length != 5 && !colon || text.charAt(start) != '+' && text.charAt(start) != '-') {
            return null;
        }
        int hours = number(text, start + 1, start + 3);
        int minutes = number(text, text.length() - 2, text.length());
        if (hours < 0 || minutes < 0) {
            return null;
        }
        int sign = text.charAt(start) == '-' ? -1 : 1;
        try {
            return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** A number of digits only; negative when there is anything else, which no date accepts. */
    private static int number(String text, int start, int end) {
        int value = 0;
        for (int i = start; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
