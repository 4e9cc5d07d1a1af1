create index if not exists message_origin on message (origin);
