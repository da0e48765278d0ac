import type { DestinationKind } from '../contract/catalogue.ts';
import type { SupplierBundle } from './supplier.ts';

export interface Place {
  code: string;
  kind: DestinationKind;
}

const PLACE_IN_NAME = /^esim_[A-Z0-9]+_\d+D_([A-Z0-9-]{2,20})_/;
const COUNTRY = /^[A-Z]{2}$/;
const REGION = /^R[A-Z]{2,}$/;
/** Sold as countries, though ISO has no code of two letters for them. */
const SPECIAL_COUNTRIES = new Set(['US-HI', 'CYP']);

/**
 * The code in the name, since the supplier's labels for one region differ from bundle to bundle. A name that carries
 * none leaves the country it is for, if that is one.
 */
export function placeOf({ name, countries }: Pick<SupplierBundle, 'name' | 'countries'>): Place | null {
  const codeInName = PLACE_IN_NAME.exec(name)?.[1];
  const place = codeInName === undefined ? null : placeOfCode(codeInName);
  if (place) return place;
  const [country, ...others] = countries;
  return country && others.length === 0 && isCountryCode(country.iso) ? { code: country.iso, kind: 'country' } : null;
}

export function isCountryCode(code: string): boolean {
  return COUNTRY.test(code) || SPECIAL_COUNTRIES.has(code);
}

function placeOfCode(code: string): Place | null {
  if (isCountryCode(code)) return { code, kind: 'country' };
  if (code.startsWith('RGB')) return { code, kind: 'global' };
  return REGION.test(code) ? { code, kind: 'region' } : null;
}
