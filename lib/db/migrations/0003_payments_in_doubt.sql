-- When Telegram was last allowed to take the Stars of an order. NULL again once its ledger shows that it did not: until
-- then an unpaid order may be paid for.
ALTER TABLE orders ADD COLUMN approved_at timestamptz;
CREATE INDEX orders_in_doubt ON orders (approved_at) WHERE payment_status = 'unpaid' AND approved_at IS NOT NULL;

-- An address is kept for one letter.
CREATE INDEX orders_email ON orders (expires_at) WHERE email_sealed IS NOT NULL;
