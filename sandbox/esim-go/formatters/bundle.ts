import type { Bundle } from '../catalogue/generate-bundles.ts';
import type { Place } from '../catalogue/places.ts';
import { networksOf } from '../catalogue/networks.ts';
import { stableHash } from '../catalogue/stable-hash.ts';
import { API_VERSIONS, type ApiVersion } from '../world.ts';
import { toWireMoney } from './money.ts';

interface CountryWire {
  name: string;
  region: string;
  iso: string;
}

type PlaceWire = CountryWire | { country: CountryWire; networks: object[] | null; potentialNetworks: object[] };

/** Catalogue items as JSON text, made once per bundle: one page of them would otherwise cost more than everything else. */
export interface CatalogueWires {
  listItem(bundle: Bundle, version: ApiVersion): string;
}

export function createCatalogueWires(): CatalogueWires {
  const texts = new Map(API_VERSIONS.map((version) => [version, new WeakMap<Bundle, string>()]));
  return {
    listItem(bundle, version) {
      const known = texts.get(version);
      let text = known?.get(bundle);
      if (text === undefined) {
        text = JSON.stringify({ ...bundleFields(bundle, version), groups: [bundle.group] });
        known?.set(bundle, text);
      }
      return text;
    },
  };
}

/** The single call spells the key `group` where the list says `groups`, and before 2.5 leaves it out. */
export function formatSingleBundle(bundle: Bundle, version: ApiVersion): object {
  return { ...bundleFields(bundle, version), ...(version === 'v2.5' ? { group: [bundle.group] } : {}) };
}

function bundleFields(bundle: Bundle, version: ApiVersion): object {
  const { place } = bundle;
  // Both shapes of places are met in the wild; which one a bundle has never changes here.
  const isNested = stableHash(`${bundle.name} shape`) % 9 === 0;
  const toWire = isNested ? toNestedCountry : toCountry;
  return {
    name: bundle.name,
    description: bundle.description,
    countries: [toWire(place)],
    ...roaming(place, toWire),
    dataAmount: bundle.dataMb,
    duration: bundle.days,
    speed: bundle.speeds,
    autostart: true,
    unlimited: bundle.isUnlimited,
    imageUrl: `https://sandbox-images.example/${encodeURIComponent(place.name)}_${stableHash(place.code).toString(16)}.jpg`,
    price: toWireMoney(bundle.priceMilli),
    billingType: 'FixedCost',
    ...(version === 'v2.5' ? { profileName: bundle.profileName, allowances: [allowanceOf(bundle)] } : {}),
  };
}

/** Only regional bundles have the list; of the others half say null and half nothing. */
function roaming(place: Place, toWire: (place: Place) => PlaceWire): { roamingEnabled?: PlaceWire[] | null } {
  if (place.kind === 'region') return { roamingEnabled: place.coverage.map(toWire) };
  return stableHash(`${place.code} roaming`) % 2 === 0 ? { roamingEnabled: null } : {};
}

/** A region appears as if it were a country: its label stands in all three fields. */
function toCountry(place: Place): CountryWire {
  if (place.kind === 'region') return { name: place.region, region: place.region, iso: place.region };
  return { name: place.name, region: place.region, iso: place.code };
}

function toNestedCountry(place: Place): PlaceWire {
  const networks =
    place.kind === 'region'
      ? null
      : networksOf(place.code).map(({ name, brandName, speeds }) => ({ name, brandName, speeds }));
  return { country: toCountry(place), networks, potentialNetworks: [] };
}

function allowanceOf(bundle: Bundle): object {
  return {
    type: 'DATA',
    service: bundle.place.kind === 'region' ? 'ROAMING' : 'STANDARD',
    description: allowanceDescription(bundle),
    amount: bundle.dataMb,
    unit: 'MB',
    unlimited: bundle.isUnlimited,
  };
}

export function allowanceDescription({ name }: Bundle): string {
  return `${name.replace(/_[A-Z0-9-]+_V2$/, '_X').toUpperCase()} (data)`;
}
