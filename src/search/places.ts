const PLACES = `
TH бангкок bangkok
`;

/** Capitals, resorts and other names by destination, in both languages. */
export function placeAliases(): Map<string, string[]> {
  const aliases = new Map<string, string[]>();
  for (const line of PLACES.trim().split('\n')) {
    const [code = '', ...names] = line.split(/ (?=.)/);
    aliases.set(code, names);
  }
  return aliases;
}
