-- Each file is sealed under a key of its own. Until it belongs to somebody that key lies in platform.data_key under the
-- file's id; then here, sealed under the key of the person. Equal files are no longer kept once: who has the same must
-- not show.
alter table platform.file drop column sha256, add column key bytea;
