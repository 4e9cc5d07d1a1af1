-- No slip of the application changes the trail, not even where its role owns the tables.
create or replace function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists audit_event_guard on audit_event;
create trigger audit_event_guard before update or delete or truncate on audit_event
    for each statement execute function audit_is_append_only();
drop trigger if exists audit_seal_guard on audit_seal;
create trigger audit_seal_guard before update or delete or truncate on audit_seal
    for each statement execute function audit_is_append_only();
drop trigger if exists seal_key_guard on seal_key;
create trigger seal_key_guard before update or delete or truncate on seal_key
    for each statement execute function audit_is_append_only();
