package org.itkserver.admin;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.IOException;
import java.util.UUID;
import org.itkserver.audit.StoreUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that turns what went wrong in a resource into a page. */
public final class Troubles implements ExceptionMapper<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(Troubles.class);

    private final Pages pages;

    Troubles(Pages pages) {
        this.pages = pages;
    }

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof OutOfMemoryError error) {
            throw error; // the process ends
        }
        // an IOException: the bytes could not be read, or a download was broken off and nobody sees this answer
        if (failure instanceof StoreUnavailable || failure instanceof IOException) {
            LOG.warn("a page of the console cannot be shown: {}", failure.getMessage());
            return answer(Trouble.DATABASE_AWAY);
        }
        if (failure instanceof WebApplicationException refused
                && refused.getResponse().getStatus() < 500) {
            return answer(Trouble.ofStatus(refused.getResponse().getStatus()));
        }
        var number = UUID.randomUUID().toString();
        LOG.error("a page of the console failed and its reader was told the number {}", number, failure);
        return Pages.answer(Trouble.BUG.status(), pages.trouble(Trouble.BUG, number))
                .build();
    }

    private Response answer(Trouble trouble) {
        return Pages.answer(trouble.status(), pages.trouble(trouble)).build();
    }
}
