-- the parts are compressed already: keep PostgreSQL from trying again
alter table message_part alter column bytes set storage external;
alter table refused alter column bytes set storage external;

-- few messages have an origin
create index if not exists message_origin on message (origin) where origin is not null;

-- costs nothing where contents are not encrypted
create index if not exists message_part_key on message_part (key_id) where key_id is not null;
create index if not exists refused_key on refused (key_id) where key_id is not null;
