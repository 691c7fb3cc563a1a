-- Names, words and addresses are sealed under the customer's key (platform.data_key). What they are found by is kept as
-- keyed digests: an address whole (identity.value), a number by its last nine digits, a name whole, name with company.
alter table customers.customer add column name_index text, add column alike text;
alter table customers.identity add column ending text;
drop index customers.customer_name;
drop index customers.customer_company;
drop index customers.identity_phone_end;
create index customer_name on customers.customer (name_index);
create index customer_alike on customers.customer (alike) where alike is not null;
create index identity_ending on customers.identity (ending) where ending is not null;
