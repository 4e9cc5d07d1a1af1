package org.itkserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientLimitTest {
    private static final ClientLimit LIMIT =
            new ClientLimit(Set.of("s"), Set.of("p"), Set.of("urn:nhs-uk:addressing:ods:X1:ward"));

    @Test
    void anEmptySetDoesNotLimit() {
        assertTrue(ClientLimit.NONE.isNone());
        assertTrue(ClientLimit.NONE.allowsService(null) && ClientLimit.NONE.allowsPartner(null));
        assertTrue(ClientLimit.NONE.allowsAnyAddress(List.of()));
        assertEquals("unlimited", ClientLimit.NONE.text());
    }

    @Test
    void whatIsUnknownDoesNotFitALimit() {
        assertTrue(LIMIT.allowsService("s") && LIMIT.allowsPartner("p"));
        assertFalse(LIMIT.allowsService("t") || LIMIT.allowsService(null));
        assertFalse(LIMIT.allowsPartner("q") || LIMIT.allowsPartner(null));
        assertFalse(LIMIT.allowsAnyAddress(List.of()));
    }

    @Test
    void anAddressFitsWithThoseBelowItAndNoOther() {
        assertTrue(LIMIT.allowsAnyAddress(List.of("urn:x", "urn:nhs-uk:addressing:ods:X1:ward")));
        assertTrue(LIMIT.allowsAnyAddress(List.of("urn:nhs-uk:addressing:ods:X1:ward:bed")));
        assertFalse(LIMIT.allowsAnyAddress(List.of("urn:nhs-uk:addressing:ods:X1:ward4")));
        assertFalse(LIMIT.allowsAnyAddress(List.of("urn:nhs-uk:addressing:ods:X1")));
    }

    @Test
    void anAddressFitsInUpperAndLowerCaseAsInRouting() {
        assertTrue(LIMIT.allowsAnyAddress(List.of("urn:nhs-uk:addressing:ods:x1:WARD")));
        assertTrue(LIMIT.allowsAnyAddress(List.of("URN:nhs-uk:addressing:ods:x1:ward:Bed")));
        assertFalse(LIMIT.allowsAnyAddress(List.of("urn:nhs-uk:addressing:ods:x1:ward4")));
    }

    @Test
    void itIsToldInOneLine() {
        assertEquals("only services s; partners p; addresses urn:nhs-uk:addressing:ods:X1:ward", LIMIT.text());
    }
}
