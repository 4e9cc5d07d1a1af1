package org.itkserver.boot;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Base64;
import org.itkserver.admin.Passwords;
import org.itkserver.audit.Accounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the first account, with a password nobody can guess, and tells it once in a private file. */
final class FirstRun {
    private static final Logger LOG = LoggerFactory.getLogger(FirstRun.class);
    private static final String ADMIN = "admin";
    private static final int SECRET_BYTES = 18;

    private final Home home;
    private final Accounts accounts;
    private final Clock clock;

    FirstRun(Home home, Accounts accounts, Clock clock) {
        this.home = home;
        this.accounts = accounts;
        this.clock = clock;
    }

    /** Does nothing when there is an account already. */
    void run() throws IOException {
        if (!accounts.isEmpty()) {
            return;
        }
        var password = secret();
        var token = secret();
        Home.write(
                home.firstRun(),
                "admin-user=" + ADMIN + "\nadmin-password=" + password + "\napi-token=" + token + "\n");
        accounts.add(ADMIN, Passwords.hash(password), clock.instant());
        accounts.addClient("first-run", sha256(token), clock.instant());
        LOG.info("first start: user and password are in {}", home.firstRun());
    }

    private static String secret() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Home.random(SECRET_BYTES));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
