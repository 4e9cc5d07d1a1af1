-- What people do with messages: send again, try again, give up.

-- work that ended badly, as it was; a person may have it done again
create table dead_work (
    message_id bigint      not null,
    number     integer     not null,
    kind       varchar(10) not null,
    handler    varchar     not null,
    attempt    integer     not null,
    primary key (message_id, number)
);

-- attempts made before a person had the work done again; the schedule counts from there
alter table delivery add column earlier integer default 0 not null;

-- when somebody marked an acknowledgement that matches nothing as seen
alter table message add column seen_at timestamp with time zone;

-- one row for each time many messages were sent again at once
create table bulk_resend (
    id          bigint                   not null primary key,
    state       varchar(10)              not null,
    -- 1 while it runs, so that no two do
    slot        integer,
    started_by  varchar(64)              not null,
    source      varchar(64)              not null,
    reason      varchar(200)             not null,
    started_at  timestamp with time zone not null,
    rate        integer                  not null,
    total       integer                  not null,
    node        varchar(64),
    lease_until timestamp with time zone,
    ended_by    varchar(64),
    ended_at    timestamp with time zone
);
create unique index bulk_resend_slot on bulk_resend (slot);

-- its messages, in order; outcome is null until it was this message's turn
create table bulk_resend_item (
    job_id     bigint      not null,
    position   integer     not null,
    message_id bigint      not null,
    outcome    varchar(10),
    reason     varchar(200),
    primary key (job_id, position)
);
