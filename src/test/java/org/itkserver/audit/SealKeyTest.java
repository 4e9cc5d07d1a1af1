package org.itkserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SealKeyTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00.5Z");

    private final SealKey key = SealKey.generate();

    private static Seal seal(SealKey key) {
        return new Seal("a node", 3, 1, 11, 20, new byte[32], Seal.none(), AT, key.id(), new byte[0]).signed(key);
    }

    @Test
    void aKeyComesBackFromItsFileWithItsPublicPart() {
        var again = SealKey.read(key.toPem());

        assertEquals(key.publicKey(), again.publicKey());
        assertEquals(key.id(), SealKey.id(SealKey.readPublic(again.toPublicPem())));
        assertTrue(SealKey.isSigned(seal(again), key.publicKey()));
        assertFalse(SealKey.isSigned(seal(SealKey.generate()), key.publicKey()));
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutSayingWhatItIs() {
        var cut = key.toPem().replaceFirst("\n.{10}", "\n");
        for (var text : new String[] {"", "secret", key.toPublicPem(), cut}) {
            var refused = assertThrows(IllegalArgumentException.class, () -> SealKey.read(text));
            assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
        }
    }

    /** What is signed is a promise: a change of this value needs a new version. */
    @Test
    void theSignedFormOfVersionOneNeverChanges() {
        var seal = new Seal("n", 1, 1, 1, 2, new byte[32], Seal.none(), AT, "k", new byte[64]);
        assertEquals(EXPECTED, seal.hashText());
    }

    private static final String EXPECTED = "ffaa1bea3cb9de12b51db7c50f0b6d031eeec676a7c0f69a3884e0239237b03d";

    @Test
    void anAnchorIsReadAsItWasWritten() {
        var anchor = Anchor.of(seal(key));

        assertEquals(Optional.of(anchor), Anchor.parse(anchor.line() + "\n"));
        assertEquals(Optional.empty(), Anchor.parse(anchor.line().substring(0, 80)));
        assertEquals(Optional.empty(), Anchor.parse(""));
    }
}
