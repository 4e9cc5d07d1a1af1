-- What was destroyed when its time was over, by which batch, and what must not be. Nothing here is written for a new message.

-- the batch that last chose it; nothing that needs its bytes begins from then on
alter table message add column purge_batch bigint;
-- when its bytes were destroyed; of a forward, those of its origin
alter table message add column purged_at timestamp with time zone;

-- one row: who destroys now, and how far it is; the fence rises with every claim
create table retention_run (
    slot        integer not null primary key,
    node        varchar(64),
    fence       bigint  not null,
    lease_until timestamp with time zone,
    last_began  timestamp with time zone,
    asked_by    varchar(128),
    run         bigint,
    batch       bigint,
    last_run    bigint  not null,
    last_batch  bigint  not null
);
insert into retention_run (slot, fence, last_run, last_batch) values (1, 0, 0, 0);

create table purge_run (
    id          bigint                   not null primary key,
    node        varchar(64)              not null,
    started_by  varchar(128)             not null,
    state       varchar(10)              not null,
    began_at    timestamp with time zone not null,
    ended_at    timestamp with time zone,
    contents    bigint                   not null,
    records     bigint                   not null,
    bytes       bigint                   not null,
    size_before bigint                   not null,
    size_after  bigint
);

-- a batch that is released again before anything was destroyed leaves no row
create table purge_batch (
    id            bigint                   not null primary key,
    run           bigint                   not null,
    kind          varchar(8)               not null,
    messages      integer                  not null,
    bytes         bigint                   not null,
    services      varchar                  not null,
    received_from timestamp with time zone not null,
    received_to   timestamp with time zone not null,
    root          bytea                    not null,
    -- also the time of its event
    chosen_at     timestamp with time zone not null,
    destroyed_at  timestamp with time zone
);
create index purge_batch_chosen on purge_batch (chosen_at);

-- what a batch chose: the leaves under its root, for as long as the proof is wanted
create table destroyed_message (
    message_id bigint     not null,
    kind       varchar(8) not null,
    batch      bigint     not null,
    raw_sha256 bytea      not null,
    primary key (message_id, kind)
);
create index destroyed_message_batch on destroyed_message (batch, message_id);

create table legal_hold (
    id            bigint                   not null primary key,
    kind          varchar(8)               not null,
    tracking_id   varchar(128),
    patient       bytea,
    partner       varchar,
    service       varchar,
    from_at       timestamp with time zone,
    to_at         timestamp with time zone,
    reason        varchar(200)             not null,
    reference     varchar(200)             not null,
    set_by        varchar(128)             not null,
    set_at        timestamp with time zone not null,
    lifted_by     varchar(128),
    lifted_at     timestamp with time zone,
    lifted_reason varchar(200)
);
