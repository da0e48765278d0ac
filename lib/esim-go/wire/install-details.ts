import * as z from 'zod';
import { iccidWire, textWire, timeWire } from './common.ts';
import { profileStatusOf, type ProfileStatus } from './esim.ts';

export interface InstallDetails {
  readonly iccid: string;
  readonly matchingId: string;
  readonly smdpAddress: string;
  readonly profileStatus: ProfileStatus;
  readonly firstInstalledAt: Date | null;
}

const detailsWire = z.object({
  iccid: iccidWire,
  matchingId: textWire,
  smdpAddress: textWire,
  profileStatus: textWire,
  firstInstalledDateTime: timeWire,
});
// One eSIM comes as an object, several as a list, none yet as an empty list or object.
const answerWire = z.union([
  z.array(detailsWire),
  detailsWire.transform((details) => [details]),
  z.strictObject({}).transform(() => []),
  z.null().transform(() => []),
]);

/** Null while any of the eSIMs still lacks its codes. */
export function decodeInstallDetails(wire: unknown): InstallDetails[] | null {
  const rows = answerWire.parse(wire);
  const ready = rows.flatMap(({ iccid, matchingId, smdpAddress, profileStatus, firstInstalledDateTime }) =>
    matchingId && smdpAddress
      ? [
          {
            iccid,
            matchingId,
            smdpAddress,
            profileStatus: profileStatusOf(profileStatus ?? ''),
            firstInstalledAt: firstInstalledDateTime,
          },
        ]
      : [],
  );
  return ready.length > 0 && ready.length === rows.length ? ready : null;
}

const CSV_COLUMNS = { iccid: 'ICCID', matchingId: 'Matching ID', smdpAddress: 'RSP URL' } as const;

/** The route answers with CSV when it overlooks the `Accept` header. */
export function decodeInstallDetailsCsv(text: string): InstallDetails[] | null {
  const [header = [], ...rows] = text.split(/\r?\n/).filter(Boolean).map(cellsOf);
  const cell = (row: readonly string[], column: keyof typeof CSV_COLUMNS) => row[header.indexOf(CSV_COLUMNS[column])];
  return decodeInstallDetails(
    rows.map((row) => ({
      iccid: cell(row, 'iccid'),
      matchingId: cell(row, 'matchingId'),
      smdpAddress: cell(row, 'smdpAddress'),
    })),
  );
}

export function isInstallDetailsCsv(text: string): boolean {
  return /^\s*"?ICCID"?,/.test(text);
}

function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
  );
}
