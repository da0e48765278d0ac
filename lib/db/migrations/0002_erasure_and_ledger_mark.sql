-- Where the last sweep of Telegram's ledger ended. It is as old as the rest of the database also after a restore, so
-- that the next sweep sees everything that this database has not seen.
ALTER TABLE shop ADD COLUMN stars_offset bigint NOT NULL DEFAULT 0 CHECK (stars_offset >= 0);

-- A person may have their data erased, as soon as no paid order is under way; the books stay.
ALTER TABLE users ADD COLUMN erasure_asked_at timestamptz;
CREATE INDEX users_erasure ON users (erasure_asked_at) WHERE erasure_asked_at IS NOT NULL;
ALTER TABLE orders ADD COLUMN erased_at timestamptz;
ALTER TABLE esims ADD COLUMN erased_at timestamptz;
ALTER TABLE esims ALTER COLUMN matching_id_sealed DROP NOT NULL;
ALTER TABLE esims ADD CHECK ((matching_id_sealed IS NULL) = (erased_at IS NOT NULL));
