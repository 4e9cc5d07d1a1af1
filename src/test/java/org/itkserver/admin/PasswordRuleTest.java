package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct donkey brick wall",
                "tschüß zäme mitenand",
                "0123456789abX",
                "annabelle bell rings",
                "ünïcödé-ünïcödé"
            })
    void aLongOneOfNoList(String password) {
        assertEquals(Optional.empty(), PasswordRule.problem("ann.bell", password));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "elevenchars",
                "Password1234",
                "password-1234!",
                "Pass-Word-Pass-Word",
                "aaaaaaaaaaaaaaaaaaaa",
                "abababababababab",
                "ANN.BELL1234",
                "ann.bellann.bell",
                "ann.bell.2026",
                "Correct Horse Battery Staple",
                "😀😀😀😀😀😀😀😀😀😀😀😀"
            })
    void aShortOrCommonOneOrTheName(String password) {
        assertTrue(PasswordRule.problem("ann.bell", password).isPresent());
    }

    @Test
    void oneThatWouldCostMoreThanItIsWorth() {
        assertTrue(PasswordRule.problem("ann", "abcdefgh ".repeat(15)).isPresent());
    }

    @Test
    void secretsDifferAndPassTheRule() {
        var secrets = new Secrets(new Random(7));
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            var password = secrets.password();
            assertTrue(password.matches("([2-9a-z]{4}-){4}[2-9a-z]{4}") && seen.add(password), password);
            assertEquals(Optional.empty(), PasswordRule.problem("ann", password));
            assertTrue(secrets.token().matches("[\\w-]{43}") && seen.add(secrets.token()));
        }
    }
}
