package attacks;

import java.util.List;
import java.util.function.Predicate;

/**
 * What an answer must be.
 *
 * @param text as the table shows it
 * @param right whether an answer is that
 * @param rows types of the audit rows that are due, of those that a message can cause; null: not judged
 * @param millis longest time until the answer
 */
record Expect(String text, Predicate<Reply> right, List<String> rows, long millis) {
    private static final long LONG = 10_000;

    static Expect invalid() {
        return fault("Client", "1000");
    }

    static Expect denied() {
        return fault("Client", "3000");
    }

    /** @param errorCode one, or several with | between them */
    static Expect fault(String faultCode, String errorCode) {
        return new Expect(
                "500 " + faultCode + " " + errorCode.replace("|", " or "),
                r -> r.status() == 500 && r.faultCode().equals(faultCode) && List.of(errorCode.split("\\|")).contains(r.errorCode())
                        && r.answers() == 1,
                List.of("refused"),
                LONG);
    }

    static Expect http(int status) {
        return new Expect(
                status + ", empty",
                r -> r.status() == status && r.answers() == 1 && r.body().isEmpty(),
                List.of("refused"),
                LONG);
    }

    static Expect accepted() {
        return new Expect("200", r -> r.status() == 200 && r.answers() == 1, List.of("accepted"), LONG);
    }

    /** Refused by the listener, before there is a request to audit. */
    static Expect bare(int status) {
        return new Expect(
                status + " or closed",
                r -> r.answers() <= 1 && (r.status() == status || r.status() == 0 && r.closed()),
                List.of(),
                LONG);
    }

    static Expect that(String text, Predicate<Reply> right) {
        return new Expect(text, right, null, LONG);
    }

    Expect within(long most) {
        return new Expect(text + " in " + most + " ms", right, rows, most);
    }

    Expect due(String... types) {
        return new Expect(text, right, List.of(types), millis);
    }

    Expect anyRows() {
        return new Expect(text, right, null, millis);
    }

    /** Where the rule differs from the catalogue's, or is not built yet, and why. */
    Expect because(String reason) {
        return new Expect(text + " (" + reason + ")", right, rows, millis);
    }
}
