-- Spine: the key with which this realm's own answers are sealed, so that one that comes back in a command can be told from an invented one.

CREATE TABLE spine.seal_key (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    key      bytea NOT NULL CHECK (octet_length(key) = 32)
);
-- gen_random_uuid draws from the operating system: 122 random bits each, 244 of them here.
INSERT INTO spine.seal_key (key)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
