import * as z from 'zod';
import { listWire, milliWire, textWire } from './common.ts';

export interface Organisation {
  readonly balanceMilli: number;
  readonly currency: string;
  readonly callbackUrl: string | null;
}

// The answer also holds the API key and the users' names, phones and addresses: only these fields are ever read.
const organisationWire = z.object({
  balance: milliWire('down'),
  currency: z.string().min(1),
  callbackUrl: textWire,
});
const answerWire = z.union([
  z
    .object({ organisations: z.tuple([organisationWire]).rest(z.unknown()) })
    .transform(({ organisations }) => organisations[0]),
  organisationWire,
]);

export function decodeOrganisation(wire: unknown): Organisation {
  const { balance, currency, callbackUrl } = answerWire.parse(wire);
  return { balanceMilli: balance, currency: currency.toUpperCase(), callbackUrl: callbackUrl || null };
}

export interface CountryNetworks {
  /** A country's ISO code or its name; the vendor uses both. */
  readonly country: string;
  readonly networks: readonly {
    readonly name: string;
    readonly brandName: string | null;
    readonly speeds: readonly string[];
  }[];
}

const networksWire = z.object({
  countryNetworks: listWire(
    z.object({
      name: z.string(),
      networks: listWire(z.object({ name: z.string(), brandName: textWire, speed: listWire(z.string()) })),
    }),
  ),
});

export function decodeNetworks(wire: unknown): CountryNetworks[] {
  return networksWire.parse(wire).countryNetworks.map(({ name, networks }) => ({
    country: name,
    networks: networks.map((network) => ({
      name: network.name,
      brandName: network.brandName || null,
      speeds: network.speed,
    })),
  }));
}
