import type { PartOfWorld } from '../i18n/part-of-world-messages.ts';

/** Where travellers look for a country, not where its government sits. */
const CODES: readonly (readonly [PartOfWorld, string])[] = [
  [
    'europe',
    'AD AL AT AX BA BE BG BY CH CY CYP CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IC IE IM IS IT JE LI LT LU LV MC MD ' +
      'ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK',
  ],
  [
    'asia',
    'AF AM AZ BD BN BT CC CN CX GE HK ID IN IO JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN',
  ],
  ['middle_east', 'AE BH IL IQ IR JO KW LB OM PS QA SA SY YE'],
  [
    'africa',
    'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG ' +
      'RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW',
  ],
  ['north_america', 'BM CA GL PM US US-HI'],
  [
    'latam',
    'AG AI AN AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ MS MX NI PA ' +
      'PE PR PY SR SV SX TC TT UY VC VE VG VI',
  ],
  ['oceania', 'AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS'],
  ['antarctica', 'AQ BV GS HM TF'],
];

const PARTS: ReadonlyMap<string, PartOfWorld> = new Map(
  CODES.flatMap(([part, codes]) => codes.split(' ').map((code) => [code, part] as const)),
);

export function partOfWorld(countryCode: string): PartOfWorld {
  return PARTS.get(countryCode) ?? 'other';
}
