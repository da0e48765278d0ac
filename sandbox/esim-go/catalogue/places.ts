/** What a bundle is sold for: a country, one of the vendor's special codes, or a region. */
export interface Place {
  /** As in bundle names: ISO 3166, a special code or a region code. */
  code: string;
  name: string;
  /** The vendor's name of the part of the world, or the region's own label. */
  region: string;
  kind: 'country' | 'region';
  /** The countries of a region; empty for a country. */
  coverage: readonly Place[];
  /** Small markets are sold in small sizes only, and never unlimited. */
  isSmall: boolean;
}

const COUNTRIES_BY_PART: Record<string, string> = {
  Africa: `DZ AO BJ BW BF CM CV CF TD CG CD CI EG GQ SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU YT MA MZ NA NE NG RE RW
    SN SC SL ZA SD TZ TG TN UG ZM ZW`,
  Asia: 'AF AM AZ BD BT BN KH CN GE HK IN ID JP KZ KG LA MO MY MV MN MM NP PK PH SG KR LK TW TJ TH TL UZ VN',
  Europe: `AX AL AD AT BY BE BA BG HR CY CZ DK EE FO FI FR DE GI GR GG HU IS IE IM IT JE LV LI LT LU MT MD MC ME NL MK NO PL
    PT RO RU SM RS SK SI ES SE CH TR UA GB XK CYP IC`,
  'Middle East': 'BH IR IQ IL JO KW LB OM PS QA SA AE YE',
  'North America': 'US CA MX GL BM US-HI',
  LATAM: `AR BO BR BZ CL CO CR DO EC SV GF GT GY HN HT JM NI PA PY PE PR SR UY VE AI AG AW BS BB BQ VG KY CW DM GD GP MQ MS KN
    LC MF VC TT TC VI AN`,
  Oceania: 'AU NZ FJ GU NC PF PG WS TO VU NR',
};

const SMALL_MARKETS = new Set(
  words(`AO BJ BW BF CV CF TD CG CI GQ SZ ET GA GM GN GW LS LR LY ML MR NE RW SL SD TG ZW AF BT TL MM AX AD FO GG IM JE SM IR YE
    GL BM AI MS VG GY SR HT AN WS TO VU NR`),
);

/** Codes of the vendor's own that no list of countries knows. */
const SPECIAL_NAMES: Record<string, string> = {
  'US-HI': 'Hawaii',
  CYP: 'Northern Cyprus',
  IC: 'Canary Islands',
  AN: 'Netherlands Antilles',
  XK: 'Kosovo',
};

/** The ISO country in which a phone finds itself at a place with a special code. */
const SPECIAL_COUNTRIES: Record<string, string> = { 'US-HI': 'US', CYP: 'CY', IC: 'ES', AN: 'CW' };

const EUROPE_LITE = `AT BE BG HR CY CZ DK EE FI FR DE GI GR HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE CH GB TR`;
const EUROPE_PLUS = `${EUROPE_LITE} UA AL`;
const AMERICAS = 'AR BO BR CL CO EC MX PY PE UY PA';
const AFRICA = 'ZA EG MA KE NG TZ TN GH UG MG ZM SN';
const ASIA = 'JP KR CN HK TW TH VN SG MY ID PH MO KH IN';
const MENA = 'AE SA QA KW OM BH JO EG MA TN';
const CARIBBEAN = 'AI AG AW BS BB BQ VG KY CW DM DO GD GP HT JM MQ MS KN LC MF VC TT TC PR VI';
const BALKANS = 'AL BA BG HR GR XK ME MK RS RO';
const CENTRAL_AMERICA = 'BZ CR SV GT HN NI PA';
const CIS = 'AM AZ GE KZ KG TJ UZ';

/** Those worth having in a global bundle, the most visited first; global bundles take as many as they are sold with. */
const GLOBAL_ORDER = [
  ...new Set(
    words(
      `${EUROPE_PLUS} US CA ${ASIA} AU NZ ${MENA} ${AMERICAS} ${AFRICA} ${CENTRAL_AMERICA} ${CIS} ${BALKANS} IL LK NP BD PK MN LA
      BN MV RU MD BY IQ MU RE SC DZ CM FJ GU NC DO PR JM BB TT BS ${CARIBBEAN}`,
    ),
  ),
];

/** Labels are the vendor's: two different bundles for Europe are both called "Europe Lite". */
const REGIONS: readonly { code: string; label: string; name: string; coverage: readonly string[] }[] = [
  { code: 'RAF', label: 'Africa', name: 'Africa', coverage: words(AFRICA) },
  { code: 'RAS', label: 'Asia', name: 'Asia', coverage: words(ASIA) },
  { code: 'RBK', label: 'Balkans', name: 'Balkans', coverage: words(BALKANS) },
  { code: 'RCA', label: 'Caribbean', name: 'Caribbean', coverage: words(CARIBBEAN) },
  { code: 'RCE', label: 'CENAM', name: 'CENAM', coverage: words(CENTRAL_AMERICA) },
  { code: 'RCI', label: 'CIS', name: 'CIS', coverage: words(CIS) },
  { code: 'REUP', label: 'Europe Lite', name: 'EU+', coverage: words(EUROPE_PLUS) },
  { code: 'REUL', label: 'Europe Lite', name: 'Europe Lite', coverage: words(EUROPE_LITE) },
  { code: 'RGB', label: 'Global', name: 'Global', coverage: GLOBAL_ORDER.slice(0, 105) },
  { code: 'RLA', label: 'Americas', name: 'Americas', coverage: words(AMERICAS) },
  {
    code: 'RME',
    label: 'Middle East and Africa',
    name: 'Middle East and Africa',
    coverage: words('AE SA QA KW OM BH EG ZA'),
  },
  { code: 'RMENA', label: 'MENA', name: 'MENA', coverage: words(MENA) },
  { code: 'RNA', label: 'North America', name: 'North America', coverage: words('US CA MX') },
  { code: 'ROC', label: 'Oceania', name: 'Oceania', coverage: words('AU NZ') },
];

/** Sold with long durations only. In that group `RLA` reaches further than elsewhere. */
const LONG_REGIONS: typeof REGIONS = [
  { code: 'RGBL', label: 'Global Light', name: 'Global Light', coverage: GLOBAL_ORDER.slice(0, 80) },
  { code: 'RGBS', label: 'Global Standard', name: 'Global Standard', coverage: GLOBAL_ORDER.slice(0, 105) },
  { code: 'RGBM', label: 'Global Max', name: 'Global Max', coverage: GLOBAL_ORDER.slice(0, 125) },
  { code: 'REUS', label: 'Europe and USA', name: 'Europe and USA', coverage: words(`${EUROPE_PLUS} US`) },
  { code: 'RBH', label: 'Business Hubs', name: 'Business Hubs', coverage: words(`${EUROPE_PLUS} US HK SG JP AE`) },
  { code: 'RLA', label: 'Americas', name: 'Americas', coverage: words(`${AMERICAS} US CA`) },
];

const displayNames = new Intl.DisplayNames(['en'], { type: 'region' });

const countries = new Map<string, Place>();
for (const [region, codes] of Object.entries(COUNTRIES_BY_PART)) {
  for (const code of words(codes)) {
    const name = SPECIAL_NAMES[code] ?? displayNames.of(code) ?? code;
    countries.set(code, { code, name, region, kind: 'country', coverage: [], isSmall: SMALL_MARKETS.has(code) });
  }
}

export const COUNTRIES: readonly Place[] = [...countries.values()];
export const STANDARD_REGIONS: readonly Place[] = REGIONS.map(toRegion);
export const LONG_DURATION_REGIONS: readonly Place[] = LONG_REGIONS.map(toRegion);

export function findCountry(code: string): Place | undefined {
  return countries.get(code);
}

/** ISO 3166 alpha-2, as a network reports where a phone is. */
export function isoCountryOf(code: string): string {
  return SPECIAL_COUNTRIES[code] ?? code;
}

/** The codes of the countries in which a bundle for this place works. */
export function coverageCodes(place: Place): string[] {
  return place.kind === 'country' ? [place.code] : place.coverage.map((country) => country.code);
}

function toRegion({ code, label, name, coverage }: (typeof REGIONS)[number]): Place {
  const places = coverage.flatMap((country) => countries.get(country) ?? []);
  return { code, name, region: label, kind: 'region', coverage: places, isSmall: false };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
