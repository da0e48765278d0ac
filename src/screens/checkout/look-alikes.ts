/** Places that people take for each other, by name or by map. */
const GROUPS: readonly string[] = [
  'AT AU',
  'CD CG',
  'CY CYP',
  'DM DO',
  'ES IC',
  'GM ZM',
  'GN GW GQ PG',
  'GY GF GH',
  'ID IN',
  'IE IS',
  'IQ IR',
  'KP KR',
  'LT LV',
  'MA MC',
  'MR MU',
  'MW ML',
  'NE NG',
  'PY UY',
  'AS WS',
  'CH SE',
  'SI SK',
  'SD SS',
  'US US-HI',
  'VG VI',
  'VC KN LC',
  'ZM ZW',
  'REUL REUP',
  'RGB RGBL RGBM RGBS',
  'RME RMENA',
];

/** What this destination must not be confused with. */
export function lookAlikesOf(code: string): string[] {
  const groups = GROUPS.map((codes) => codes.split(' ')).filter((codes) => codes.includes(code));
  return groups.flat().filter((other) => other !== code);
}
