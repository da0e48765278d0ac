-- Money is integers: Stars are whole, supplier costs are thousandths (`_milli`), buyer prices are cents.
-- Texts are bounded, so that a bug or an attacker cannot fill the disk through one row.

CREATE TABLE shop (
  -- The identity that invoices, eSIM tags and this database must agree on; made once, at the first migration.
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  id text NOT NULL CHECK (id ~ '^shop_[a-z0-9]{12}$'),
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO shop (id) VALUES ('shop_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12));

CREATE TABLE users (
  telegram_user_id bigint PRIMARY KEY CHECK (telegram_user_id > 0),
  -- What Telegram says; `chosen_language` is what the person picked in the app and wins.
  language_code text CHECK (length(language_code) <= 16),
  chosen_language text CHECK (chosen_language IN ('en', 'ru')),
  -- Set when Telegram answers 403 to a message; cleared when the person writes or unblocks.
  unreachable_at timestamptz,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE price_rules (
  version integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  rules jsonb NOT NULL,
  created_by bigint,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE catalogue_syncs (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  source text NOT NULL CHECK (source IN ('api', 'import')),
  state text NOT NULL CHECK (state IN ('running', 'complete', 'failed')),
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  pages integer NOT NULL DEFAULT 0,
  bundles integer NOT NULL DEFAULT 0,
  added integer NOT NULL DEFAULT 0,
  removed integer NOT NULL DEFAULT 0,
  repriced integer NOT NULL DEFAULT 0,
  quarantined integer NOT NULL DEFAULT 0,
  failure text CHECK (length(failure) <= 200)
);
-- One sync at a time; a run that died is failed by the next one.
CREATE UNIQUE INDEX catalogue_syncs_running ON catalogue_syncs (state) WHERE state = 'running';

CREATE TABLE esimgo_products (
  bundle_name text PRIMARY KEY CHECK (length(bundle_name) BETWEEN 1 AND 120),
  description text NOT NULL CHECK (length(description) <= 300),
  group_name text NOT NULL CHECK (length(group_name) <= 80),
  plan_type text NOT NULL CHECK (plan_type IN ('standard', 'unlimited')),
  tier text NOT NULL CHECK (tier IN ('fixed', 'long', 'lite', 'essential', 'plus', 'other')),
  destination_code text NOT NULL CHECK (length(destination_code) BETWEEN 1 AND 20),
  destination_kind text NOT NULL CHECK (destination_kind IN ('country', 'region', 'global')),
  destination_name text NOT NULL CHECK (length(destination_name) <= 80),
  coverage text[] NOT NULL,
  data_mb integer CHECK (data_mb > 0),
  unlimited boolean NOT NULL,
  days integer NOT NULL CHECK (days > 0),
  speeds text[] NOT NULL,
  autostart boolean NOT NULL,
  cost_milli bigint NOT NULL CHECK (cost_milli > 0),
  cost_currency text NOT NULL DEFAULT 'USD' CHECK (cost_currency ~ '^[A-Z]{3}$'),
  -- `quarantined`: the cost moved too far in one sync; `hidden`: an admin's decision. Only `listed` is sold.
  state text NOT NULL CHECK (state IN ('listed', 'delisted', 'quarantined', 'hidden')),
  quarantine_cost_milli bigint CHECK (quarantine_cost_milli > 0),
  sync_id bigint NOT NULL REFERENCES catalogue_syncs (id),
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  priced_at timestamptz NOT NULL DEFAULT now(),
  CHECK (unlimited = (data_mb IS NULL))
);
CREATE INDEX esimgo_products_destination ON esimgo_products (destination_code) WHERE state = 'listed';

CREATE TABLE esims (
  id text PRIMARY KEY CHECK (id ~ '^esim_[A-Za-z0-9]{20}$'),
  telegram_user_id bigint NOT NULL REFERENCES users (telegram_user_id),
  iccid text NOT NULL UNIQUE CHECK (iccid ~ '^[0-9]{18,22}$'),
  smdp_address text NOT NULL CHECK (length(smdp_address) <= 255),
  -- Sealed (AES-256-GCM); the LPA string is made from the two and never stored.
  matching_id_sealed text NOT NULL CHECK (length(matching_id_sealed) <= 600),
  name text CHECK (length(name) BETWEEN 1 AND 40),
  destination_code text NOT NULL CHECK (length(destination_code) <= 20),
  destination_name text NOT NULL CHECK (length(destination_name) <= 80),
  profile_status text NOT NULL DEFAULT 'released' CHECK (length(profile_status) <= 40),
  vendor_state text CHECK (length(vendor_state) <= 40),
  installed_at timestamptz,
  attached_at timestamptz,
  last_country text CHECK (length(last_country) <= 8),
  last_seen_on_network_at timestamptz,
  -- The vendor's answer that the figures come from; what the app shows as "as of".
  refreshed_at timestamptz,
  next_refresh_at timestamptz,
  user_confirmed_at timestamptz,
  tagged_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX esims_user ON esims (telegram_user_id, created_at DESC, id DESC);
CREATE INDEX esims_due ON esims (next_refresh_at) WHERE next_refresh_at IS NOT NULL;

CREATE TABLE orders (
  id text PRIMARY KEY CHECK (id ~ '^ord_[A-Za-z0-9]{20}$'),
  telegram_user_id bigint NOT NULL REFERENCES users (telegram_user_id),
  kind text NOT NULL CHECK (kind IN ('new', 'top_up')),
  country_code text NOT NULL CHECK (length(country_code) BETWEEN 1 AND 20),
  country_name text NOT NULL CHECK (length(country_name) BETWEEN 1 AND 80),
  plan_id text NOT NULL CHECK (length(plan_id) BETWEEN 1 AND 120),
  plan_type text NOT NULL CHECK (plan_type IN ('standard', 'unlimited')),
  data_mb integer CHECK (data_mb > 0),
  days integer NOT NULL CHECK (days > 0),
  tier text NOT NULL CHECK (length(tier) <= 20),
  esimgo_product_id text NOT NULL CHECK (length(esimgo_product_id) BETWEEN 1 AND 120),
  esimgo_order_id text UNIQUE CHECK (length(esimgo_order_id) <= 80),
  -- The eSIM that a top-up was bought for, or the one that was issued.
  esim_id text REFERENCES esims (id),

  price_stars integer NOT NULL CHECK (price_stars > 0),
  price_usd_cents integer NOT NULL CHECK (price_usd_cents > 0),
  cost_milli bigint NOT NULL CHECK (cost_milli > 0),
  cost_currency text NOT NULL CHECK (cost_currency ~ '^[A-Z]{3}$'),
  price_rule integer NOT NULL REFERENCES price_rules (version),
  -- Millionths of a dollar that one Star pays out to us, as the price was made.
  payout_rate integer NOT NULL CHECK (payout_rate > 0),

  payment_status text NOT NULL DEFAULT 'unpaid' CHECK (payment_status IN ('unpaid', 'paid', 'refund_due', 'refunded')),
  provisioning text NOT NULL DEFAULT 'none' CHECK (
    provisioning IN ('none', 'claimed', 'sending', 'placed', 'assigned', 'unknown', 'not_sent', 'refused', 'absent', 'cancelled')
  ),
  failure_code text CHECK (length(failure_code) <= 40),
  needs_human text CHECK (length(needs_human) <= 40),
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 8 AND 64),
  request_hash text NOT NULL CHECK (length(request_hash) = 64),
  invoice_url text CHECK (length(invoice_url) <= 300),
  email_sealed text CHECK (length(email_sealed) <= 1000),

  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  paid_at timestamptz,
  -- The end of the promise: delivered by then, or the Stars go back.
  deliver_by timestamptz,
  ready_at timestamptz,
  activated_at timestamptz,
  refunded_at timestamptz,

  -- What people are told. Derived, so that it cannot disagree with the pair.
  status text NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN payment_status = 'refunded' THEN 'refunded'
      WHEN payment_status = 'refund_due' THEN 'failed'
      WHEN payment_status = 'unpaid' AND provisioning = 'cancelled' THEN 'expired'
      WHEN payment_status = 'unpaid' THEN 'pending'
      WHEN provisioning = 'assigned' AND activated_at IS NOT NULL THEN 'active'
      WHEN provisioning = 'assigned' THEN 'ready'
      ELSE 'processing'
    END
  ) STORED,

  UNIQUE (telegram_user_id, idempotency_key),
  CHECK ((payment_status = 'unpaid') = (paid_at IS NULL)),
  CHECK ((paid_at IS NULL) = (deliver_by IS NULL)),
  CHECK (payment_status <> 'unpaid' OR provisioning IN ('none', 'cancelled')),
  CHECK (payment_status <> 'paid' OR provisioning <> 'cancelled'),
  CHECK (payment_status NOT IN ('refund_due', 'refunded') OR provisioning IN ('cancelled', 'assigned')),
  CHECK (provisioning NOT IN ('placed', 'assigned') OR esimgo_order_id IS NOT NULL),
  CHECK (provisioning <> 'assigned' OR (esim_id IS NOT NULL AND ready_at IS NOT NULL)),
  CHECK (kind <> 'top_up' OR esim_id IS NOT NULL),
  CHECK ((payment_status = 'refunded') = (refunded_at IS NOT NULL))
);
CREATE INDEX orders_user ON orders (telegram_user_id, created_at DESC, id DESC);
CREATE INDEX orders_esim ON orders (esim_id) WHERE esim_id IS NOT NULL;
CREATE INDEX orders_unpaid ON orders (expires_at) WHERE payment_status = 'unpaid' AND provisioning = 'none';
CREATE INDEX orders_open ON orders (deliver_by) WHERE payment_status = 'paid' AND provisioning <> 'assigned';
CREATE INDEX orders_unknown ON orders (esimgo_product_id) WHERE provisioning IN ('sending', 'unknown');
CREATE INDEX orders_ready ON orders (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX orders_created ON orders (created_at);

CREATE TABLE payments (
  id text PRIMARY KEY CHECK (id ~ '^pay_[A-Za-z0-9]{20}$'),
  telegram_payment_charge_id text NOT NULL UNIQUE CHECK (length(telegram_payment_charge_id) BETWEEN 1 AND 200),
  -- NULL only for a charge whose payload names none of our orders.
  order_id text REFERENCES orders (id),
  -- Who paid, and so who gets a refund.
  telegram_user_id bigint NOT NULL,
  amount_stars integer NOT NULL CHECK (amount_stars > 0),
  -- True for the one charge that pays for its order; the others go back, or to a human.
  pays_for_order boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('recorded', 'refund_due', 'refunded', 'needs_human')),
  refund_reason text CHECK (length(refund_reason) <= 40),
  refunded_by text CHECK (refunded_by IN ('shop', 'admin', 'telegram')),
  charged_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  refunded_at timestamptz,
  CHECK ((state = 'refunded') = (refunded_at IS NOT NULL)),
  CHECK (NOT pays_for_order OR order_id IS NOT NULL)
);
-- One charge pays for an order, ever, also after a refund.
CREATE UNIQUE INDEX payments_paying ON payments (order_id) WHERE pays_for_order;
CREATE INDEX payments_order ON payments (order_id);
CREATE INDEX payments_refund_due ON payments (recorded_at) WHERE state = 'refund_due';

CREATE TABLE provisioning_attempts (
  order_id text NOT NULL REFERENCES orders (id),
  number integer NOT NULL CHECK (number > 0),
  state text NOT NULL CHECK (state IN ('sending', 'unknown', 'placed', 'not_sent', 'refused', 'deferred', 'absent')),
  -- Written in the transaction that commits `sending`, before the request.
  sent_at timestamptz NOT NULL DEFAULT now(),
  -- The vendor's clock minus PostgreSQL's, from the last `Date` header seen; moves `sent_at` into the vendor's time.
  vendor_skew_ms bigint,
  -- When the answer was lost, or the latest moment at which the request can still have been alive.
  cut_at timestamptz,
  esimgo_order_id text CHECK (length(esimgo_order_id) <= 80),
  reason text CHECK (length(reason) <= 60),
  -- Complete listings of the vendor's orders without a candidate, and when the last of them began.
  absent_listings integer NOT NULL DEFAULT 0,
  last_listing_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (order_id, number)
);
CREATE INDEX provisioning_attempts_open ON provisioning_attempts (sent_at) WHERE state IN ('sending', 'unknown');

CREATE TABLE esim_bundles (
  esim_id text NOT NULL REFERENCES esims (id),
  -- The vendor's assignment reference: order reference plus `-0`, `-1` …
  assignment_reference text NOT NULL CHECK (length(assignment_reference) <= 120),
  assignment_id text CHECK (length(assignment_id) <= 40),
  order_id text REFERENCES orders (id),
  bundle_name text NOT NULL CHECK (length(bundle_name) <= 120),
  state text NOT NULL CHECK (length(state) <= 20),
  unlimited boolean NOT NULL,
  initial_bytes bigint CHECK (initial_bytes >= 0),
  remaining_bytes bigint CHECK (remaining_bytes >= 0),
  starts_at timestamptz,
  ends_at timestamptz,
  assigned_at timestamptz,
  as_of timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (esim_id, assignment_reference)
);

CREATE TABLE order_events (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  order_id text NOT NULL REFERENCES orders (id),
  type text NOT NULL CHECK (length(type) <= 40),
  from_state text CHECK (length(from_state) <= 40),
  to_state text CHECK (length(to_state) <= 40),
  actor text NOT NULL CHECK (length(actor) <= 40),
  -- Ids, codes and numbers only.
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_events_order ON order_events (order_id, id);

CREATE TABLE outbox (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  -- One job per thing to be done, ever.
  job_key text NOT NULL UNIQUE CHECK (length(job_key) <= 160),
  kind text NOT NULL CHECK (length(kind) <= 40),
  -- The id of the order, payment or eSIM that the job is about.
  subject_id text NOT NULL CHECK (length(subject_id) <= 60),
  -- Due from then on. A worker that takes the job moves it ahead by its lease, so a crash makes it due again by itself.
  run_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  -- Raised whenever the job changes hands, and never lowered: only the worker with the latest may say how it ended.
  lease integer NOT NULL DEFAULT 0,
  last_error text CHECK (length(last_error) <= 200),
  done_at timestamptz,
  dead_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_due ON outbox (run_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_subject ON outbox (subject_id) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE inbox (
  source text NOT NULL CHECK (source IN ('esimgo', 'telegram')),
  -- eSIM Go: sha256 of the body and the hour of receipt. Telegram: the update_id.
  event_key text NOT NULL CHECK (length(event_key) <= 100),
  kind text NOT NULL CHECK (length(kind) <= 60),
  esim_id text REFERENCES esims (id),
  order_id text REFERENCES orders (id),
  outcome text NOT NULL CHECK (outcome IN ('queued', 'handled', 'ignored')),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, event_key)
);
CREATE INDEX inbox_received ON inbox (received_at);

CREATE TABLE admin_audit (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  telegram_user_id bigint NOT NULL,
  action text NOT NULL CHECK (length(action) <= 40),
  subject_id text CHECK (length(subject_id) <= 60),
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX admin_audit_at ON admin_audit (at);

CREATE TABLE analytics_events (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  telegram_user_id bigint,
  name text NOT NULL CHECK (length(name) <= 40),
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX analytics_events_at ON analytics_events (at);

-- A cache and counters: losing it in a crash costs a refill.
CREATE UNLOGGED TABLE kv (
  key text PRIMARY KEY CHECK (length(key) <= 200),
  value text NOT NULL,
  expires_at timestamptz
);
CREATE INDEX kv_expires ON kv (expires_at) WHERE expires_at IS NOT NULL;
