/** The headings that countries are listed under: the `region` of a destination whose kind is `country`. */
const en = {
  europe: 'Europe',
  asia: 'Asia',
  middle_east: 'Middle East',
  africa: 'Africa',
  north_america: 'North America',
  latam: 'Latin America',
  oceania: 'Oceania',
  antarctica: 'Antarctica',
  other: 'Other',
};

const ru: typeof en = {
  europe: 'Европа',
  asia: 'Азия',
  middle_east: 'Ближний Восток',
  africa: 'Африка',
  north_america: 'Северная Америка',
  latam: 'Латинская Америка',
  oceania: 'Океания',
  antarctica: 'Антарктида',
  other: 'Другие',
};

export const partOfWorldMessages = { en, ru };
export type PartOfWorld = keyof typeof en;
