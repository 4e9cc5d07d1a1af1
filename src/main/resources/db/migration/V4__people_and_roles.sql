-- Roles, one-time passwords and the end of sessions. Who was there before could do everything and still can.

alter table admin_user add column roles varchar default 'viewer clinical operator auditor admin' not null;
alter table admin_user alter column roles drop default;
alter table admin_user add column active boolean default true not null;
-- a one-time password: nothing but a change of it is possible
alter table admin_user add column must_change boolean default false not null;
-- counts changes of the password and disablings; a session of an earlier one is over
alter table admin_user add column generation integer default 0 not null;
alter table admin_user add column password_changed_at timestamp with time zone;
update admin_user set password_changed_at = created_at;
alter table admin_user alter column password_changed_at set not null;
alter table admin_user add column last_signed_in_at timestamp with time zone;
