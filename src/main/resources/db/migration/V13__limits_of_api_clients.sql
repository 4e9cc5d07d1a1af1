-- What an API client may see and send: words separated by spaces; null does not limit.
alter table api_client add column only_services varchar;
alter table api_client add column only_partners varchar;
alter table api_client add column only_addresses varchar;
