package org.itkserver.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Writes JSON answers from records and maps; times are texts by then. Thread-safe. */
final class Json {
    private static final ObjectWriter WRITER = new ObjectMapper().writer();

    private Json() {}

    static byte[] bytes(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of ours is no JSON", e);
        }
    }

    static Response.ResponseBuilder answer(int status, Object value) {
        return Response.status(status).type(MediaType.APPLICATION_JSON).entity(bytes(value));
    }
}
