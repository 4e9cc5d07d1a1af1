-- Tamper evidence: rows bound to the bytes they tell of, and signed seals over them.

-- SHA-256 of the stored bytes, on the events that store a message
alter table audit_event add column digest bytea;
-- one kind of event, newest first
create index audit_event_type on audit_event (type, at);

-- append-only: a signed Merkle root over the rows of one node since its last seal
create table audit_seal (
    node      varchar(64)              not null,
    seal_no   bigint                   not null,
    version   smallint                 not null,
    first_seq bigint                   not null,
    last_seq  bigint                   not null,
    root      bytea                    not null,
    prev      bytea                    not null,
    at        timestamp with time zone not null,
    key_id    varchar(64)              not null,
    signature bytea                    not null,
    primary key (node, seal_no)
);
