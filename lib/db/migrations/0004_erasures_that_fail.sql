-- When an erasure was last tried in vain. Whoever's fails goes behind the others.
ALTER TABLE users ADD COLUMN erasure_failed_at timestamptz;
