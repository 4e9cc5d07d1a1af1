-- Contents encrypted at rest; the keys themselves lie outside the database.

create table content_key (
    id      varchar(32)              not null primary key,
    made_at timestamp with time zone not null,
    -- also the time of its event
    gone_at timestamp with time zone
);

-- one row: the folder of the keys, so that another one is not taken for it, and the node that looks after them
create table content_key_folder (
    slot         smallint    not null primary key,
    id           varchar(36) not null,
    looked_by    varchar(64),
    looked_until timestamp with time zone
);

alter table refused add column key_id varchar(64);
