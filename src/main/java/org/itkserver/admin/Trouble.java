package org.itkserver.admin;

/** What a person is told when a page cannot be shown. Says nothing about the inside of the server. */
enum Trouble {
    BAD_REQUEST(
            400,
            "That cannot be read",
            "Something in the address of the page, or in a field of the form, is not text that can be read. Remove"
                    + " characters that cannot be seen, and try again."),
    FOREIGN_FORM(
            403,
            "That was not done",
            "The form was not sent from a page of this console, or it is from before you last signed in. "
                    + "Go back to the messages and try again."),
    NOT_ALLOWED(403, "You cannot do that", "Your account may not do this."),
    NOT_FOUND(404, "There is no such page", "Nothing is here, or it is no longer kept."),
    WRONG_METHOD(405, "That cannot be done here", "This address does not take that kind of request."),
    TOO_LARGE(413, "That is too much", "The form is larger than any form of this console."),
    WRONG_TYPE(415, "That cannot be done here", "This address takes forms only."),
    ONE_EXPORT(429, "An export of yours still runs", "Wait until it has ended, or stop it, and try again."),
    BUG(500, "Something went wrong", "It is noted in the log of the server under the number below."),
    DATABASE_AWAY(
            503,
            "The database cannot be reached",
            "Nothing was shown and nothing was changed. Try again in a minute; if it stays like this, tell the people "
                    + "who run the server.");

    private final int status;
    private final String heading;
    private final String text;

    Trouble(int status, String heading, String text) {
        this.status = status;
        this.heading = heading;
        this.text = text;
    }

    int status() {
        return status;
    }

    String heading() {
        return heading;
    }

    String text() {
        return text;
    }

    /** The trouble for a status that something else chose. */
    static Trouble ofStatus(int status) {
        for (var trouble : values()) {
            if (trouble.status == status) {
                return trouble;
            }
        }
        return status < 500 ? BAD_REQUEST : BUG;
    }
}
