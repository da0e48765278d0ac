import { describe, expect, it } from 'vitest';
import { allCountries, placeAliases } from '../../../src/search/places.ts';
import { createSearch } from '../../../src/search/search.ts';
import { editDistance, inCyrillicLayout, inLatinLayout, normalise } from '../../../src/search/text.ts';

const SOLD =
  'AD AE AF AG AI AL AM AN AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BJ BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI ' +
  'CL CM CN CO CR CV CW CY CYP CZ DE DK DM DO DZ EC EE EG ES ET FI FJ FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT ' +
  'GU GW GY HK HN HR HT HU IC ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KN KR KW KY KZ LA LB LC LI LK LR LS LT LU ' +
  'LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH ' +
  'PK PL PR PS PT PY QA RE RO RS RU RW SA SC SD SE SG SI SK SL SM SN SR SV SZ TC TD TG TH TJ TL TN TO TR TT TW TZ UA UG ' +
  'US US-HI UY UZ VC VE VG VI VN VU WS XK YE YT ZA ZM ZW';
const REGIONS = 'RAF RAS RBH RBK RCA RCE RCI REUL REUP REUS RGB RGBL RGBM RGBS RLA RME RMENA RNA ROC';
const codes = `${SOLD} ${REGIONS}`.split(' ');

const search = createSearch(codes, { aliases: placeAliases(), countries: allCountries() });
const first = (query: string) => search.find(query).codes[0];

describe('createSearch', () => {
  it.each([
    ['таиланд', 'TH'],
    ['Thailand', 'TH'],
    ['тур', 'TR'],
    ['гонконг', 'HK'],
    ['южная корея', 'KR'],
    ['корея', 'KR'],
    ['congo', 'CG'],
  ])('finds a place by its name in either language, whole or begun: %s', (query, code) => {
    expect(first(query)).toBe(code);
  });

  it.each([
    ['Nfbkfyl', 'TH'],
    ['Nehwbz', 'TR'],
    ['ерфшдфтв', 'TH'],
    ['ЕГКЛУН', 'TR'],
  ])('reads what was typed in the other keyboard layout: %s', (query, code) => {
    expect(first(query)).toBe(code);
  });

  it.each([
    ['тайланд', 'TH'],
    ['Tailand', 'TH'],
    ['егпиет', 'EG'],
    ['вьетнма', 'VN'],
    ['Signapore', 'SG'],
    ['Черногориа', 'ME'],
    ['индонезея', 'ID'],
    ['франиця', 'FR'],
  ])('forgives slips of the finger: %s', (query, code) => {
    expect(first(query)).toBe(code);
  });

  it.each([
    ['США', 'US'],
    ['usa', 'US'],
    ['Америка', 'RLA'],
    ['ОАЭ', 'AE'],
    ['UAE', 'AE'],
    ['англия', 'GB'],
    ['Голландия', 'NL'],
    ['ЮАР', 'ZA'],
    ['шенген', 'REUL'],
  ])('knows other names: %s', (query, code) => {
    expect(search.find(query).codes).toContain(code);
  });

  it('offers the country first to those who type its other name', () => {
    expect(search.find('америка').codes.slice(0, 5)).toContain('US');
  });

  it.each([
    ['пхукет', 'TH'],
    ['Phuket', 'TH'],
    ['Шарм-эль-Шейх', 'EG'],
    ['кемер', 'TR'],
    ['бали', 'ID'],
    ['нью-йорк', 'US'],
    ['Sao Paulo', 'BR'],
    ['São Paulo', 'BR'],
    ['тенерифе', 'IC'],
    ['мекка', 'SA'],
  ])('knows capitals and resorts: %s', (query, code) => {
    expect(first(query)).toBe(code);
  });

  it('takes codes and flags', () => {
    expect(first('TH')).toBe('TH');
    expect(first('🇹🇭')).toBe('TH');
    expect(first('🏴󠁧󠁢󠁳󠁣󠁴󠁿')).toBe('GB');
    expect(search.find('🇦🇶')).toEqual({ codes: [], isGuess: false, unsold: 'AQ' });
    expect(search.find('🏴')).toMatchObject({ codes: [], unsold: null });
  });

  it.each([
    ['куба', 'CU'],
    ['Cuba', 'CU'],
    ['Re,f', 'CU'],
    ['North Korea', 'KP'],
    ['туркменистан', 'TM'],
    ['туркмениста', 'TM'],
    ['Turkmenistn', 'TM'],
    ['ку', null],
    ['тур', null],
    ['турция', null],
    ['Ливи', null],
    ['ыыыыыыыы', null],
  ])('knows which country is not sold, rather than taking it for another: %s', (query, code) => {
    expect(search.find(query).unsold).toBe(code);
  });

  it('finds a country although the keys were changed on the way', () => {
    expect(first('Таbkfyl')).toBe('TH');
  });

  it('offers the nearest spellings, and says so, when nothing matches', () => {
    const { codes: nearest, isGuess } = search.find('Тыилынь');
    expect(isGuess).toBe(true);
    expect(nearest.length).toBeLessThanOrEqual(3);
  });

  it.each(['ыфвыф', 'qwrtp', 'дагестан'])('does not pass off as near what is far: %s', (query) => {
    expect(search.find(query)).toEqual({ codes: [], isGuess: true, unsold: null });
  });

  it('keeps what is a slip farther out of what is found with a slip', () => {
    expect(search.find('Vietnma').codes).toEqual(['VN']);
  });

  it('takes one letter for the beginning of a name, not of a resort', () => {
    expect(search.find('o').codes).toEqual(['OM', 'ROC', 'IM']);
  });

  it('finds every destination first, or among the first three, by its own names', async () => {
    const { destinationName } = await import('../../../lib/i18n/destination-name.ts');
    for (const code of codes) {
      for (const language of ['ru', 'en'] as const) {
        expect(search.find(destinationName(code, language)).codes.slice(0, 3)).toContain(code);
      }
    }
  });

  it('survives whatever is typed', () => {
    for (const query of ['', ' ', '%', '((', '🙂', 'a'.repeat(300), '\u0301', '-', '0', '\\']) {
      expect(search.find(query).codes).toBeInstanceOf(Array);
    }
  });
});

describe('placeAliases', () => {
  it('names only what is sold', () => {
    for (const code of placeAliases().keys()) expect(codes).toContain(code);
  });
});

describe('normalise', () => {
  it('keeps й apart from и, and takes marks off Latin letters', () => {
    expect(normalise('Йемен')).toBe('йемен');
    expect(normalise('Curaçao')).toBe('curacao');
    expect(normalise('  Côte d’Ivoire ')).toBe('cote divoire');
    expect(normalise('Орёл')).toBe('орел');
  });
});

describe('the layouts', () => {
  it('read what other keys would have written', () => {
    expect(inCyrillicLayout('Nfbkfyl')).toBe('таиланд');
    expect(inLatinLayout('еруцщкдв')).toBe('theworld');
  });

  it('read what was begun in one and ended in the other', () => {
    expect(inCyrillicLayout('Таbkfyl')).toBe('таиланд');
    expect(inLatinLayout('Thaiдфтв')).toBe('thailand');
  });
});

describe('editDistance', () => {
  it('counts letters more, less, other and swapped', () => {
    expect(editDistance('таиланд', 'таиланд', 2)).toBe(0);
    expect(editDistance('тайланд', 'таиланд', 2)).toBe(1);
    expect(editDistance('егпиет', 'египет', 2)).toBe(1);
    expect(editDistance('вьетнма', 'вьетнам', 2)).toBe(1);
  });

  it('stops at its limit', () => {
    expect(editDistance('франция', 'таиланд', 2)).toBe(3);
  });

  it('lets a beginning stand for the whole', () => {
    expect(editDistance('тайла', 'таиланд', 1, true)).toBe(1);
    expect(editDistance('тайла', 'таиланд', 1)).toBe(2);
  });
});
