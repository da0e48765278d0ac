import { stableHash } from '../catalogue/stable-hash.ts';
import { lpaOf, type Assignment, type Esim, type HistoryEntry, stateAt } from '../entities.ts';
import { formatInstant, formatSeconds } from '../instant.ts';
import type { ApiVersion } from '../world.ts';

export function formatListedEsim(esim: Esim, version: ApiVersion): object {
  return {
    iccid: esim.iccid,
    customerRef: esim.customerRef,
    lastAction: esim.lastAction,
    actionDate: formatSeconds(esim.lastActionAtMs),
    physical: false,
    assignedDate: formatSeconds(esim.assignedAtMs),
    ...(version === 'v2.5' ? { state: esim.state, msisdn: '' } : {}),
  };
}

export function formatEsim(esim: Esim, version: ApiVersion, additionalFields: string | null): object {
  return {
    iccid: esim.iccid,
    pin: esim.pin,
    puk: esim.puk,
    matchingId: esim.matchingId,
    smdpAddress: esim.smdpHost,
    profileStatus: esim.profileStatus,
    // Milliseconds here, a text in the install details.
    firstInstalledDateTime: esim.firstInstalledAtMs ?? 0,
    customerRef: esim.customerRef,
    ...installUrls(esim, version, additionalFields),
    ...(version === 'v2.5'
      ? {
          msisdn: '',
          brandingId: '00000000-aaaa-4bbb-8ccc-dddddddddddd (default)',
          profileName: esim.profileName,
          state: esim.state,
        }
      : {}),
  };
}

export function formatInstallDetails(esim: Esim, version: ApiVersion, additionalFields: string | null): object {
  return {
    iccid: esim.iccid,
    matchingId: esim.matchingId,
    smdpAddress: smdpAddressOf(esim),
    profileStatus: esim.profileStatus,
    pin: esim.pin,
    puk: esim.puk,
    firstInstalledDateTime:
      esim.firstInstalledAtMs === null ? '' : formatInstant({ ms: esim.firstInstalledAtMs, nanos: 0 }),
    ...installUrls(esim, version, additionalFields),
  };
}

export function formatInstallDetailsCsv(
  rows: readonly { esim: Esim; bundleName: string; reference: string }[],
): string {
  const lines = [
    ['ICCID', 'Matching ID', 'RSP URL', 'Bundle', 'Reference'],
    ...rows.map(({ esim, bundleName, reference }) => [
      esim.iccid,
      esim.matchingId,
      smdpAddressOf(esim),
      bundleName,
      reference,
    ]),
  ];
  return lines.map((cells) => `${cells.map((cell) => `"${cell}"`).join(',')}\n`).join('');
}

/** The reference shows addresses with a scheme, live answers bare hosts: here a part of the eSIMs has one. */
function smdpAddressOf({ iccid, smdpHost }: Esim): string {
  return stableHash(iccid) % 4 === 0 ? `http://${smdpHost}` : smdpHost;
}

/** 2.5 answers `installUrl` with both links; older versions know only Apple's. */
function installUrls(esim: Esim, version: ApiVersion, additionalFields: string | null): object {
  const wanted = additionalFields?.split(',') ?? [];
  const apple = `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${lpaOf(esim)}`;
  const android = `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${lpaOf(esim)}`;
  if (version === 'v2.5' && wanted.includes('installUrl'))
    return { appleInstallUrl: apple, androidInstallUrl: android };
  return wanted.includes('appleInstallUrl') ? { appleInstallUrl: apple } : {};
}

/** Expiry is nobody's call, so its line is not stored but follows from the time. */
export function formatHistory(esim: Esim, assignments: readonly Assignment[], nowMs: number): object[] {
  const expiries = assignments.flatMap((assignment): HistoryEntry[] =>
    assignment.state !== 'expired' && stateAt(assignment, nowMs) === 'expired' && assignment.endsAtMs !== null
      ? [{ name: 'Bundle Expired', bundleName: assignment.bundleName, atMs: assignment.endsAtMs }]
      : [],
  );
  return [...esim.history, ...expiries]
    .toSorted((left, right) => right.atMs - left.atMs)
    .map(({ name, bundleName, atMs, alertType }) => ({
      name,
      bundleName,
      date: formatInstant({ ms: atMs, nanos: 0 }),
      ...(alertType === undefined ? {} : { alertType }),
    }));
}
