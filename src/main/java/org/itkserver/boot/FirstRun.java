package org.itkserver.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.itkserver.admin.Passwords;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.Accounts.Outcome;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.ClientLimit;
import org.itkserver.audit.Role;
import org.itkserver.envelope.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the first account, with a password nobody can guess, and tells it once in a private file. The same for an admin
 * whose password is lost, when the operator of the machine asks for it.
 */
final class FirstRun {
    private static final Logger LOG = LoggerFactory.getLogger(FirstRun.class);
    private static final String ADMIN = "admin";
    private static final int SECRET_BYTES = 18;

    private final Home home;
    private final Accounts accounts;
    private final AuditTrail trail;
    private final @Nullable String reset;
    private final Clock clock;

    /** @param reset name of the admin whose password is lost, null for nobody's */
    FirstRun(Home home, Accounts accounts, AuditTrail trail, @Nullable String reset, Clock clock) {
        this.home = home;
        this.accounts = accounts;
        this.trail = trail;
        this.reset = reset;
        this.clock = clock;
    }

    /** Does nothing when there is an account already and no password is to be replaced. */
    void run() throws IOException {
        if (accounts.isEmpty()) {
            addFirst();
        }
        if (reset != null) {
            reset(reset);
        }
    }

    private void addFirst() throws IOException {
        var password = secret();
        var token = secret();
        Home.write(
                home.firstRun(),
                "admin-user=" + ADMIN + "\nadmin-password=" + password + "\napi-token=" + token + "\n");
        var now = clock.instant();
        var hash = Passwords.hash(password);
        var events = List.of(
                AuditEvent.ofServer(now, AuditType.PERSON_CHANGED, "first start: adds " + ADMIN + " with all roles"),
                AuditEvent.ofServer(
                        now,
                        AuditType.CLIENT_CHANGED,
                        "first start: adds first-run with the scopes messages and audit"));
        // both or neither: a crash between the two would leave the API client missing for good
        trail.change(events, () -> {
            accounts.add(ADMIN, hash, Role.all(), false, now);
            accounts.addClient("first-run", Sha256.of(token), Accounts.Client.FIRST, ClientLimit.NONE, now);
            return true;
        });
        LOG.info("first start: user and password are in {}", home.firstRun());
    }

    private void reset(String name) throws IOException {
        if (Files.exists(home.resetAdmin())) {
            LOG.warn(
                    "ITK_RESET_ADMIN did nothing: {} is there from the last time; unset the one, delete the other",
                    home.resetAdmin());
            return;
        }
        var known = accounts.person(name);
        if (known.isEmpty()) {
            LOG.error("ITK_RESET_ADMIN did nothing: nobody of the console has this name");
            return;
        }
        // the file must be certain before the old password is gone
        var password = secret();
        var prepared = home.resetAdmin().resolveSibling("reset-admin.tmp");
        Home.write(prepared, "admin-user=" + name + "\nadmin-password=" + password + "\n");
        var event = AuditEvent.ofServer(
                clock.instant(),
                AuditType.PASSWORD_CHANGED,
                "ITK_RESET_ADMIN: one-time password for " + name + ", who is enabled and an admin");
        var hash = Passwords.hash(password);
        if (!trail.change(List.of(event), () -> replace(known.get(), hash))) {
            Files.delete(prepared);
            LOG.error("ITK_RESET_ADMIN did nothing: somebody changed the password at the same time");
            return;
        }
        Files.move(prepared, home.resetAdmin(), StandardCopyOption.ATOMIC_MOVE);
        LOG.warn("the password of an admin was replaced; the new one is in {}", home.resetAdmin());
    }

    private boolean replace(Account known, String hash) {
        var roles = Role.with(known.roles());
        roles.add(Role.ADMIN);
        return accounts.setPassword(known, hash, true, clock.instant()) == Outcome.DONE
                && accounts.setRoles(known.name(), roles) == Outcome.DONE
                && accounts.setActive(known.name(), true) == Outcome.DONE;
    }

    private static String secret() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Home.random(SECRET_BYTES));
    }
}
