/** A row of `esims`, as the driver gives it. */
export interface EsimRow {
  id: string;
  telegram_user_id: number;
  iccid: string;
  smdp_address: string;
  matching_id_sealed: string;
  name: string | null;
  destination_code: string;
  destination_name: string;
  profile_status: string;
  vendor_state: string | null;
  installed_at: Date | null;
  attached_at: Date | null;
  last_country: string | null;
  last_seen_on_network_at: Date | null;
  refreshed_at: Date | null;
  next_refresh_at: Date | null;
  user_confirmed_at: Date | null;
  tagged_at: Date | null;
  created_at: Date;
}

/** A row of `esim_bundles`. */
export interface EsimBundleRow {
  esim_id: string;
  assignment_reference: string;
  assignment_id: string | null;
  order_id: string | null;
  bundle_name: string;
  state: string;
  unlimited: boolean;
  initial_bytes: number | null;
  remaining_bytes: number | null;
  starts_at: Date | null;
  ends_at: Date | null;
  assigned_at: Date | null;
  as_of: Date;
}
