package org.itkserver.admin;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.itkserver.audit.AuditQuery.EventRow;
import org.itkserver.audit.AuditQuery.MessageRow;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pages from the templates under {@code admin/}, whole, so that a failure never leaves half a page. Thread-safe.
 */
final class Pages {
    static final String HTML = "text/html;charset=UTF-8";

    private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);
    private final BooleanSupplier sample;

    /** @param sample whether this server may answer with invented data; asked for each page */
    Pages(BooleanSupplier sample) {
        this.sample = sample;
    }

    byte[] login(@Nullable String problem) {
        return render("login", new Views.Login(frame("Sign in", "", null), problem));
    }

    byte[] messages(
            Person person,
            List<MessageRow> rows,
            @Nullable String search,
            @Nullable String problem,
            boolean newest,
            @Nullable Long next) {
        var title = problem != null ? "Error: Messages" : "Messages";
        return render(
                "messages", new Views.Messages(frame(title, "messages", person), rows, search, problem, newest, next));
    }

    byte[] message(Person person, MessageRow row, List<EventRow> events) {
        return render("message", new Views.Message(frame("Message " + row.id(), "", person), row, events));
    }

    byte[] raw(Person person, MessageRow row, RawText raw) {
        return render("raw", new Views.Raw(frame("Message " + row.id() + " as received", "", person), row, raw));
    }

    byte[] events(Person person, List<EventRow> events) {
        return render("events", new Views.Events(frame("Other events", "events", person), events));
    }

    byte[] trouble(Trouble trouble) {
        return trouble(trouble, null);
    }

    /** @param number finds the line in the log, null when there is none */
    byte[] trouble(Trouble trouble, @Nullable String number) {
        return render("problem", new Views.Problem(frame(trouble.heading(), "", null), trouble.text(), number));
    }

    private Views.Frame frame(String title, String section, @Nullable Person person) {
        return new Views.Frame(title, section, person, sample.getAsBoolean());
    }

    private byte[] render(String template, Object view) {
        var output = new Utf8ByteOutput();
        engine.render("admin/" + template + ".jte", view, output);
        var bytes = new ByteArrayOutputStream(output.getContentLength());
        try {
            output.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** An answer with a page. */
    static Response.ResponseBuilder answer(int status, byte[] page) {
        return Response.status(status).type(HTML).entity(page);
    }

    /** An answer that sends the browser to another page of ours; relative, so no header of the request is in it. */
    static Response goTo(String path) {
        return Response.status(Response.Status.SEE_OTHER)
                .header("Location", path)
                .build();
    }
}
