package org.itkserver.admin;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.itkserver.audit.Account;
import org.itkserver.audit.Accounts.Client;
import org.itkserver.audit.Role;
import org.jspecify.annotations.Nullable;

/** What the templates about people and applications are given. Public only for the templates. */
public final class PeopleViews {
    private PeopleViews() {}

    /**
     * @param name what was typed into the form that did not work, else empty
     * @param chosen the roles ticked in it
     * @param problem why it did not work, null when none was sent
     */
    public record People(
            Views.Frame frame, List<Account> rows, String name, Set<Role> chosen, @Nullable String problem) {}

    /**
     * @param self whether it is the reader's own account
     * @param problem why the last change was not made, null when there is nothing to say
     */
    public record OnePerson(Views.Frame frame, Account row, boolean self, @Nullable String problem) {}

    /**
     * The API clients, and the form that adds one.
     *
     * @param name what was typed as name
     * @param chosen which scopes were ticked
     * @param limit what was typed as limit
     * @param problems what is wrong with it, by the id of the field
     */
    public record Clients(
            Views.Frame frame,
            List<Client> rows,
            String name,
            Set<String> chosen,
            LimitForm limit,
            Map<String, String> problems) {}

    /**
     * One API client, and the form that changes it.
     *
     * @param chosen the scopes it has, or that were ticked
     * @param limit the limit it has, or what was typed
     * @param problems what is wrong with it, by the id of the field
     */
    public record OneClient(
            Views.Frame frame, Client row, Set<String> chosen, LimitForm limit, Map<String, String> problems) {}

    /**
     * A secret, shown this once.
     *
     * @param what what it is, as the heading
     * @param advice what to do with it
     * @param back where to go on
     */
    public record Secret(Views.Frame frame, String what, String secret, String advice, String back) {}

    /** @param changed whether the password was changed just now */
    public record Own(Views.Frame frame, Set<Role> roles, boolean changed) {}

    /** @param problem why the last attempt did not work, null before the first */
    public record NewPassword(Views.Frame frame, @Nullable String problem) {}
}
