import type { Callback } from './callbacks.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { coverageCodes, findCountry, isoCountryOf } from './catalogue/places.ts';
import { stateAt, type Assignment, type Esim, type HistoryEntry } from './entities.ts';
import { times } from './formatters/assignment.ts';

export const PHONE_ACTIONS = ['install', 'attach', 'use', 'expire'] as const;
export type PhoneAction = (typeof PHONE_ACTIONS)[number];

export interface PhoneEvent {
  action: PhoneAction;
  bytes: number;
  /** ISO country; null: where the eSIM was last, or where its first bundle works. */
  country: string | null;
}

export interface Moved {
  esim: Esim;
  assignments: Assignment[];
  callbacks: Callback[];
}

const UTILISATION_PERCENTS = [1, 50, 80, 100];
const DAY_MS = 86_400_000;

/** What a phone with this eSIM does, and what the vendor notices of it. A later action brings the earlier ones with it. */
export function movePhone(
  catalogue: Catalogue,
  before: { esim: Esim; assignments: readonly Assignment[] },
  event: PhoneEvent,
  nowMs: number,
): Moved {
  const esim = { ...before.esim, history: [...before.esim.history] };
  const assignments = before.assignments.map((assignment) => ({ ...assignment }));
  const callbacks: Callback[] = [];
  const country = event.country ?? esim.country ?? firstCovered();

  function firstCovered(): string {
    const usable = assignments.find((assignment) => isIn(assignment, 'active') || isIn(assignment, 'queued'));
    const place = catalogue.find(usable?.bundleName ?? '')?.place;
    const [code] = place === undefined ? [] : coverageCodes(place);
    return isoCountryOf(code ?? 'GB');
  }

  function isIn(assignment: Assignment, state: 'active' | 'queued' | 'depleted'): boolean {
    return stateAt(assignment, nowMs) === state;
  }

  function note(name: string, bundleName: string, alertType?: string): void {
    const entry: HistoryEntry = { name, bundleName, atMs: nowMs, ...(alertType === undefined ? {} : { alertType }) };
    esim.history.push(entry);
    esim.lastAction = name;
    esim.lastActionAtMs = nowMs;
  }

  function install(): void {
    esim.profileStatus = 'Installed';
    esim.firstInstalledAtMs ??= nowMs;
  }

  function attach(): void {
    install();
    if (esim.firstAttachedAtMs === null) {
      esim.firstAttachedAtMs = nowMs;
      note('eSIM First Attachment', '', 'FirstAttachment');
      callbacks.push({ iccid: esim.iccid, payload: { alertType: 'FirstAttachment', iccid: esim.iccid } });
    } else if (country !== esim.country) {
      const name = findCountry(country)?.name ?? country;
      callbacks.push({
        iccid: esim.iccid,
        payload: { iccid: esim.iccid, alertType: 'CountryChange', country: { code: country, name } },
      });
    }
    esim.country = country;
    esim.lastSeenAtMs = nowMs;
  }

  function isCovering({ bundleName }: Assignment): boolean {
    const place = catalogue.find(bundleName)?.place;
    return place !== undefined && coverageCodes(place).some((code) => isoCountryOf(code) === country);
  }

  function daysOf({ bundleName }: Assignment): number {
    return catalogue.find(bundleName)?.days ?? 0;
  }

  /** Of the bundles that work here, the one that ends first; a queued one only when none is running. */
  function nextWithData(): Assignment | undefined {
    const [running] = assignments
      .filter((assignment) => isIn(assignment, 'active') && isCovering(assignment))
      .toSorted((left, right) => (left.endsAtMs ?? 0) - (right.endsAtMs ?? 0));
    if (running !== undefined) return running;
    const [queued] = assignments
      .filter((assignment) => isIn(assignment, 'queued') && isCovering(assignment))
      .toSorted((left, right) => daysOf(left) - daysOf(right));
    if (queued !== undefined) start(queued);
    return queued;
  }

  function start(assignment: Assignment): void {
    assignment.state = 'active';
    assignment.startedAtMs = nowMs;
    assignment.endsAtMs = nowMs + daysOf(assignment) * DAY_MS;
    if (esim.firstUsedAtMs !== null) return;
    esim.firstUsedAtMs = nowMs;
    note('eSIM First Use', assignment.bundleName, 'FirstUse');
    const { bundleName, initialBytes, remainingBytes } = assignment;
    const bundle = {
      name: bundleName,
      initialQuantity: initialBytes,
      remainingQuantity: remainingBytes,
      ...times(assignment),
    };
    callbacks.push({
      iccid: esim.iccid,
      payload: { alertType: 'FirstUse', iccid: esim.iccid, bundle },
      hasNumericIccid: true,
    });
  }

  function use(): void {
    attach();
    let leftBytes = event.bytes;
    while (leftBytes > 0) {
      const assignment = nextWithData();
      if (assignment === undefined) return;
      // Unlimited bundles never run out, and nobody counts what they carried.
      if (assignment.initialBytes === -1) return;
      const usedBytes = Math.min(leftBytes, assignment.remainingBytes);
      assignment.remainingBytes -= usedBytes;
      leftBytes -= usedBytes;
      if (assignment.remainingBytes === 0) assignment.state = 'depleted';
      alertUtilisation(assignment);
    }
  }

  /** The threshold itself is not in the callback, as with the vendor. */
  function alertUtilisation(assignment: Assignment): void {
    const usedPercent = ((assignment.initialBytes - assignment.remainingBytes) / assignment.initialBytes) * 100;
    for (const percent of UTILISATION_PERCENTS) {
      if (percent > usedPercent || percent <= assignment.alertedPercent) continue;
      assignment.alertedPercent = percent;
      note('eSIM Utilisation Alert', assignment.bundleName, 'Utilisation');
      callbacks.push({
        iccid: esim.iccid,
        payload: {
          iccid: esim.iccid,
          alertType: 'Utilisation',
          bundle: {
            id: String(assignment.id),
            reference: assignment.reference,
            name: assignment.bundleName,
            description: catalogue.find(assignment.bundleName)?.description ?? '',
            initialQuantity: assignment.initialBytes,
            remainingQuantity: assignment.remainingBytes,
            ...times(assignment),
            unlimited: false,
          },
        },
      });
    }
  }

  /** A bundle that never started cannot run out; it lapses. */
  function expire(): void {
    const [running] = assignments
      .filter((assignment) => isIn(assignment, 'active') || isIn(assignment, 'depleted'))
      .toSorted((left, right) => (left.endsAtMs ?? 0) - (right.endsAtMs ?? 0));
    if (running !== undefined) {
      running.state = 'expired';
      running.endsAtMs = nowMs;
      note('Bundle Expired', running.bundleName);
      return;
    }
    const queued = assignments.find((assignment) => isIn(assignment, 'queued'));
    if (queued === undefined) return;
    queued.state = 'lapsed';
    note('Bundle Lapsed', queued.bundleName);
  }

  switch (event.action) {
    case 'install':
      install();
      break;
    case 'attach':
      attach();
      break;
    case 'use':
      use();
      break;
    case 'expire':
      expire();
      break;
  }
  return { esim, assignments, callbacks };
}
