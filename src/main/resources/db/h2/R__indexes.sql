create index if not exists message_origin on message (origin);
create index if not exists message_part_key on message_part (key_id);
create index if not exists refused_key on refused (key_id);
