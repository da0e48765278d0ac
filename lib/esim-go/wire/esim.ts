import * as z from 'zod';
import { iccidWire, listWire, textWire, timeWire } from './common.ts';

const PROFILE_STATUSES = ['released', 'downloaded', 'installed', 'unavailable', 'deactivated'] as const;
export type ProfileStatus = (typeof PROFILE_STATUSES)[number] | 'unknown';

const ESIM_STATES = ['active', 'suspended', 'deactivated'] as const;
export type EsimState = (typeof ESIM_STATES)[number] | 'unknown';

export interface EsimDetails {
  readonly iccid: string;
  readonly matchingId: string | null;
  readonly smdpAddress: string | null;
  readonly profileStatus: ProfileStatus;
  /** Null before version 2.5 of the API. */
  readonly state: EsimState | null;
  readonly firstInstalledAt: Date | null;
  /** Our order id, once the eSIM is tagged; empty text counts as none. */
  readonly customerRef: string | null;
  readonly profileName: string | null;
}

const esimWire = z.object({
  iccid: iccidWire,
  matchingId: textWire,
  smdpAddress: textWire,
  profileStatus: textWire,
  state: textWire,
  firstInstalledDateTime: timeWire,
  customerRef: textWire,
  profileName: textWire,
});

export function decodeEsim(wire: unknown): EsimDetails {
  const esim = esimWire.parse(wire);
  return {
    iccid: esim.iccid,
    matchingId: esim.matchingId || null,
    smdpAddress: esim.smdpAddress || null,
    profileStatus: profileStatusOf(esim.profileStatus ?? ''),
    state: esim.state ? esimStateOf(esim.state) : null,
    firstInstalledAt: esim.firstInstalledDateTime,
    customerRef: esim.customerRef || null,
    profileName: esim.profileName || null,
  };
}

export function profileStatusOf(text: string): ProfileStatus {
  return PROFILE_STATUSES.find((status) => status === text.toLowerCase()) ?? 'unknown';
}

function esimStateOf(text: string): EsimState {
  return ESIM_STATES.find((state) => state === text.toLowerCase()) ?? 'unknown';
}

export interface EsimSummary {
  readonly iccid: string;
  readonly customerRef: string | null;
  readonly state: EsimState | null;
  readonly lastAction: string;
  readonly assignedAt: Date | null;
}

export interface EsimPage {
  readonly esims: readonly EsimSummary[];
  readonly pageCount: number;
}

const esimPageWire = z.object({
  esims: listWire(
    z.object({
      iccid: iccidWire,
      customerRef: textWire,
      state: textWire,
      lastAction: textWire,
      assignedDate: timeWire,
    }),
  ),
  pageCount: z.number().int().nullish(),
});

export function decodeEsimPage(wire: unknown): EsimPage {
  const page = esimPageWire.parse(wire);
  return {
    esims: page.esims.map((esim) => ({
      iccid: esim.iccid,
      customerRef: esim.customerRef || null,
      state: esim.state ? esimStateOf(esim.state) : null,
      lastAction: esim.lastAction ?? '',
      assignedAt: esim.assignedDate,
    })),
    pageCount: page.pageCount ?? 1,
  };
}

export interface EsimHistoryEntry {
  readonly name: string;
  readonly bundleName: string | null;
  readonly alertType: string | null;
  readonly at: Date | null;
}

const historyEntryWire = z.object({
  name: z.string(),
  bundleName: textWire,
  bundle: textWire,
  alertType: textWire,
  date: timeWire,
});
// Documented as a bare list; no live answer is known, so a list inside an object is read as well.
const historyWire = z.union([
  z.array(historyEntryWire),
  z.object({ actions: z.array(historyEntryWire) }).transform(({ actions }) => actions),
  z.object({ history: listWire(historyEntryWire) }).transform(({ history }) => history),
]);

export function decodeEsimHistory(wire: unknown): EsimHistoryEntry[] {
  return historyWire.parse(wire).map((entry) => ({
    name: entry.name,
    bundleName: entry.bundleName || entry.bundle || null,
    alertType: entry.alertType || null,
    at: entry.date,
  }));
}

export interface EsimLocation {
  /** ISO 3166 alpha-2. */
  readonly country: string | null;
  readonly networkName: string | null;
  readonly networkBrandName: string | null;
  readonly lastSeenAt: Date | null;
}

const locationWire = z.object({
  country: textWire,
  networkName: textWire,
  networkBrandName: textWire,
  lastSeen: timeWire,
});

export function decodeEsimLocation(wire: unknown): EsimLocation {
  const location = locationWire.parse(wire);
  return {
    country: location.country || null,
    networkName: location.networkName || null,
    networkBrandName: location.networkBrandName || null,
    lastSeenAt: location.lastSeen,
  };
}

const compatibleWire = z.object({ compatible: z.boolean() });

export function decodeCompatible(wire: unknown): boolean {
  return compatibleWire.parse(wire).compatible;
}

const statusTextWire = z.object({ status: textWire });

/** The sentence a changing call answers with. */
export function decodeStatusText(wire: unknown): string {
  return statusTextWire.parse(wire).status ?? '';
}
