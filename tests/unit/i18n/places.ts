/** Every code Intl has a name for, and the supplier's own. */
export const COUNTRY_CODES = Array.from({ length: 26 * 26 }, (_, index) =>
  String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26)),
).filter((code) => new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code) !== undefined);

export const SPECIAL_CODES = ['US-HI', 'CYP', 'IC', 'AN', 'XK'];

export const REGION_CODES = [
  'RAF',
  'RAS',
  'RBK',
  'RCA',
  'RCE',
  'RCI',
  'REUP',
  'REUL',
  'RGB',
  'RLA',
  'RME',
  'RMENA',
  'RNA',
  'ROC',
  'RGBL',
  'RGBS',
  'RGBM',
  'REUS',
  'RBH',
];

export const ALL_CODES = [...new Set([...COUNTRY_CODES, ...SPECIAL_CODES, ...REGION_CODES])];
