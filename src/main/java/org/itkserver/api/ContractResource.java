package org.itkserver.api;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The description of this API, open to everybody. */
@Path("/openapi.yaml")
public final class ContractResource {
    private static final String YAML = "application/yaml";

    private final byte[] contract;

    ContractResource() {
        try (var in = ContractResource.class.getResourceAsStream("/openapi.yaml")) {
            contract = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @GET
    @Produces(YAML)
    public Response contract() {
        return Response.ok(contract, YAML).build();
    }
}
