package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.itkserver.audit.Role;
import org.itkserver.retention.Proof;
import org.jspecify.annotations.Nullable;

/** The proof of what was destroyed: its batches, and the messages of each. */
@Path("/retention/proof")
public final class ProofPages {
    static final int PAGE = 20;

    private static final String HERE = "/admin/retention/proof";
    private static final long SECOND = 1;

    private final ProofRows rows;
    private final Exports exports;
    private final Pages pages;
    private final Clock clock;

    ProofPages(ProofRows rows, Exports exports, Pages pages, Clock clock) {
        this.rows = rows;
        this.exports = exports;
        this.pages = pages;
        this.clock = clock;
    }

    @GET
    @Needs(Role.AUDITOR)
    public Response list(@Context HttpServletRequest request) {
        var form = ProofForm.of(request.getParameter("from"), request.getParameter("to"), clock);
        boolean bad = form.problem() != null;
        var found = bad ? List.<Proof>of() : rows.first(form.begin(), form.end(), PAGE + 1);
        var shown = found.subList(0, Math.min(PAGE, found.size()));
        var frame = pages.frame(
                (bad ? "Error: " : "") + "Proof of destruction", RetentionPages.SECTION, Person.of(request));
        var view = new RetentionViews.Proofs(frame, form, shown, next(form, found));
        return Pages.answer(bad ? 400 : 200, pages.render("proof", view)).build();
    }

    /** Address of the batches from the first on that was not shown, null for none. */
    private static @Nullable String next(ProofForm form, List<Proof> found) {
        if (found.size() <= PAGE) {
            return null;
        }
        var from = found.get(PAGE).toldAt().toString();
        return Show.link(HERE + "?from=", from) + (form.to().isEmpty() ? "" : Show.link("&to=", form.to()));
    }

    @GET
    @Needs(Role.AUDITOR)
    @Path("batch")
    public Response batch(@Context HttpServletRequest request) {
        var found = known(request);
        if (found.isEmpty()) {
            return Pages.goTo(HERE);
        }
        var proof = found.get();
        var frame = pages.frame("Batch " + proof.batch(), RetentionPages.SECTION, Person.of(request));
        var root = ProofRows.hex(proof.root());
        var view = new RetentionViews.Batch(
                frame, proof, root == null ? "" : root, proof.toldAt().plusSeconds(SECOND));
        return Pages.answer(200, pages.render("proofBatch", view)).build();
    }

    private Optional<Proof> known(HttpServletRequest request) {
        var number = request.getParameter("batch");
        var at = request.getParameter("at");
        if (number == null || at == null || !number.matches("[0-9]{1,18}")) {
            return Optional.empty();
        }
        return ProofForm.time(at).flatMap(time -> rows.one(Long.parseLong(number), time));
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("csv")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response csv(@Context HttpServletRequest request) {
        return batches(ExportFormat.CSV, request);
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("ndjson")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response ndjson(@Context HttpServletRequest request) {
        return batches(ExportFormat.NDJSON, request);
    }

    private Response batches(ExportFormat format, HttpServletRequest request) {
        var form = ProofForm.of(request.getParameter("from"), request.getParameter("to"), clock);
        if (form.problem() != null) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        return exports.answer(
                format,
                "destroyed-batches",
                "destroyed batches, " + form.words(),
                request,
                (out, count) -> rows.batches(format, form.begin(), form.end(), out, count));
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("batch/csv")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response leavesCsv(@Context HttpServletRequest request) {
        return leaves(ExportFormat.CSV, request);
    }

    @POST
    @Needs(Role.AUDITOR)
    @Path("batch/ndjson")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response leavesNdjson(@Context HttpServletRequest request) {
        return leaves(ExportFormat.NDJSON, request);
    }

    private Response leaves(ExportFormat format, HttpServletRequest request) {
        var proof = known(request);
        if (proof.isEmpty()) {
            return Pages.answer(400, pages.trouble(Trouble.BAD_REQUEST)).build();
        }
        var batch = proof.get();
        return exports.answer(
                format,
                "batch-" + batch.batch(),
                "the messages of batch " + batch.batch(),
                request,
                (out, count) -> rows.leaves(format, batch, out, count));
    }
}
