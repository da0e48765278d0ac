import { stableHash } from './stable-hash.ts';

export interface Network {
  name: string;
  brandName: string;
  mcc: string;
  mnc: string;
  /** The operator's code in roaming records, which the vendor calls `tagid` here and TADIG elsewhere. */
  tadig: string;
  speeds: readonly string[];
}

/** Two invented operators for every country. */
export function networksOf(countryCode: string): Network[] {
  const mcc = String(200 + (stableHash(`${countryCode} mcc`) % 550));
  return ['A', 'B'].map((letter, index) => ({
    name: `Net ${letter}`,
    brandName: `${letter} Mobile`,
    mcc,
    mnc: `0${index + 1}`,
    tadig: `${countryCode.replace(/[^A-Z]/g, '').slice(0, 3)}${letter}B`.padEnd(5, 'X'),
    speeds: stableHash(`${countryCode} ${letter}`) % 3 === 0 ? ['3G', '4G'] : ['4G', '5G'],
  }));
}
