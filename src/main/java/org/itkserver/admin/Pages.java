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
import java.util.function.IntSupplier;
import org.itkserver.audit.AuditSearch.Found;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pages from the templates under {@code admin/}, whole, so that a failure never leaves half a page. Thread-safe.
 */
final class Pages {
    static final String HTML = "text/html;charset=UTF-8";

    private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);
    private final BooleanSupplier sample;
    private final IntSupplier alerts;

    /** @param sample whether this server may answer with invented data; asked for each page */
    Pages(BooleanSupplier sample) {
        this(sample, () -> 0);
    }

    /** @param alerts how many alerts are open; asked for each page */
    Pages(BooleanSupplier sample, IntSupplier alerts) {
        this.sample = sample;
        this.alerts = alerts;
    }

    byte[] login(@Nullable String problem) {
        return render("login", new Views.Login(frame("Sign in", "", null), problem));
    }

    byte[] audit(
            Person person,
            AuditForm form,
            Found found,
            List<Views.Sealed> seals,
            boolean newest,
            @Nullable String next) {
        var title = form.problem() != null ? "Error: Audit" : "Audit";
        return render("audit", new Views.Audit(frame(title, "audit", person), form, found, seals, newest, next));
    }

    byte[] trouble(Trouble trouble) {
        return trouble(trouble, null);
    }

    /** @param number finds the line in the log, null when there is none */
    byte[] trouble(Trouble trouble, @Nullable String number) {
        return render("problem", new Views.Problem(frame(trouble.heading(), "", null), trouble.text(), number));
    }

    /**
     * The page for somebody who may not do what was asked for.
     *
     * @param needed the role that allows it, null when none does
     */
    byte[] denied(Person person, @Nullable Role needed) {
        var trouble = Trouble.NOT_ALLOWED;
        var text = trouble.text() + (needed == null ? "" : " Needed: " + needed.label() + ".");
        return render("problem", new Views.Problem(frame(trouble.heading(), "", person), text, null));
    }

    Views.Frame frame(String title, String section, @Nullable Person person) {
        return new Views.Frame(title, section, person, sample.getAsBoolean(), alerts.getAsInt());
    }
    /** A page, made from the template of this name. */
    byte[] render(String template, Object view) {
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

    /** The same with the header Set-Cookie. */
    static Response goTo(String path, String cookie) {
        return Response.fromResponse(goTo(path)).header("Set-Cookie", cookie).build();
    }

    /** An answer that sends the browser to another page of ours; relative, so no header of the request is in it. */
    static Response goTo(String path) {
        return Response.status(Response.Status.SEE_OTHER)
                .header("Location", path)
                .build();
    }
}
