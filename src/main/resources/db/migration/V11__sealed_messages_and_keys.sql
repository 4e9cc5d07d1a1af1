-- Each event that stores a message is bound to the fields of its row; public keys of seals are kept beside the seals.

-- SHA-256 of the fields that never change, on the events that store a message
alter table audit_event add column fields_sha256 bytea;

-- append-only: who may have signed, for a check that is given no public key; alone it proves nothing
create table seal_key (
    key_id     varchar(64)              not null,
    node       varchar(64)              not null,
    public_key varchar(1000)            not null,
    added_at   timestamp with time zone not null,
    primary key (key_id, node)
);
