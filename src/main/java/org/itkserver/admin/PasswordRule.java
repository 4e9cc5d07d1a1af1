package org.itkserver.admin;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a password that a person chooses must be: long, and nothing that is tried first. */
final class PasswordRule {
    static final int SHORTEST = 12;
    static final int LONGEST = 128;

    private static final int DIFFERENT = 5;
    private static final int BESIDES_NAME = 8;
    /** Of the lists of common passwords, those that are long enough; compared without anything but letters and digits. */
    private static final Set<String> COMMON = Set.of(
            "passwordpassword",
            "password1234",
            "password12345",
            "password123456",
            "password2026",
            "passw0rd1234",
            "mypassword123",
            "administrator",
            "administrator1",
            "changemechangeme",
            "changeme1234",
            "letmeinletmein",
            "letmein12345",
            "welcome12345",
            "welcometothenhs",
            "nationalhealthservice",
            "qwertyuiopas",
            "qwertyuiop123",
            "qwertyuiopasdfghjkl",
            "qwerty123456",
            "qwertyqwerty",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "1qaz2wsx3edc4rfv",
            "zaq12wsxcde3",
            "abcdefghijkl",
            "abcdefghijklmnopqrstuvwxyz",
            "abc123abc123",
            "abcd12345678",
            "123456789012",
            "1234567890123",
            "12345678901234567890",
            "123456123456",
            "123456abcdef",
            "098765432109",
            "987654321012",
            "iloveyou1234",
            "iloveyouiloveyou",
            "correcthorsebatterystaple",
            "trustno1trustno1",
            "monkeymonkey",
            "footballfootball",
            "manchesterunited",
            "liverpoolfc1",
            "itktransportserver",
            "itkserver123");

    private PasswordRule() {}

    /**
     * What is wrong with a new password, as a sentence for the person; empty when nothing is.
     *
     * @param name the person's name
     */
    static Optional<String> problem(String name, String password) {
        if (password.codePointCount(0, password.length()) < SHORTEST) {
            return Optional.of("The new password must have at least " + SHORTEST + " characters.");
        }
        if (password.length() > LONGEST) {
            return Optional.of("The new password must have at most " + LONGEST + " characters.");
        }
        var lower = password.toLowerCase(Locale.ROOT);
        if (lower.replace(name.toLowerCase(Locale.ROOT), "").length() < BESIDES_NAME) {
            return Optional.of("The new password must not be your name.");
        }
        if (lower.codePoints().distinct().count() < DIFFERENT || COMMON.contains(lower.replaceAll("[^a-z0-9]", ""))) {
            return Optional.of("The new password is one of those that are guessed first. Choose another.");
        }
        return Optional.empty();
    }
}
