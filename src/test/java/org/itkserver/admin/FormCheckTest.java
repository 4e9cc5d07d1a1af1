package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormCheckTest {
    private static final Set<String> OURS = Set.of("http://itk.example:8080", "https://itk.example.nhs.uk");

    @ParameterizedTest
    @CsvSource({
        "                              ,             , false",
        "http://itk.example:8080       ,             , false",
        "HTTP://ITK.example:8080       , same-origin , false",
        "https://itk.example.nhs.uk    , same-origin , false",
        "                              , none        , false",
        "https://itk.example:8080      ,             , true",
        "http://itk.example            ,             , true",
        "http://itk.example:8080.evil  ,             , true",
        "http://evil.example           ,             , true",
        "null                          , same-origin , true",
        "''                            ,             , true",
        "http://itk.example:8080       , cross-site  , true",
        "http://itk.example:8080       , same-site   , true",
        "                              , cross-site  , true"
    })
    void aFormOfSomebodyElseIsForeign(String origin, String site, boolean foreign) {
        assertEquals(foreign, FormCheck.isForeign(origin, site, OURS));
    }

    @Test
    void onlyTheSessionsTokenIsRight() {
        assertTrue(FormCheck.isTokenRight("s3cret", "s3cret"));
        assertFalse(FormCheck.isTokenRight("s3cret", "s3cre"));
        assertFalse(FormCheck.isTokenRight("s3cret", "S3cret"));
        assertFalse(FormCheck.isTokenRight("s3cret", ""));
        assertFalse(FormCheck.isTokenRight("s3cret", null));
    }
}
