import { GROUPS } from '../catalogue/generate-bundles.ts';
import { CALLBACK_PATH } from '../callbacks.ts';
import { COUNTRIES } from '../catalogue/places.ts';
import { networksOf } from '../catalogue/networks.ts';
import { CURRENCY } from '../formatters/order.ts';
import { toWireMoney } from '../formatters/money.ts';
import { formatSeconds } from '../instant.ts';
import type { Call, Route, World } from '../world.ts';

/** Wrapped in a list and full of what nobody else should see: key, names, addresses, phone numbers. */
async function showOrganisation({ store, context }: World): Promise<Response> {
  const { balanceMilli } = await store.loadAccount();
  const organisation = {
    name: 'Sandbox Travel Ltd',
    apiKey: context.keys.esimGoApiKey,
    taxLiable: 'Yes',
    addressLine1: '1 Example Street',
    city: 'Exampleton',
    country: 'GB',
    postcode: 'EX1 1EX',
    callbackUrl: context.shop.urlOf(CALLBACK_PATH),
    callbackVersion: 'V3',
    notes: '',
    groups: GROUPS.map(({ name }) => name),
    currency: CURRENCY,
    balance: toWireMoney(balanceMilli),
    testCredit: 0,
    testCreditExpiry: '',
    businessType: 'Reseller',
    website: 'https://shop.example',
    productDescription: 'eSIMs for travellers',
    users: [
      {
        firstName: 'Robin',
        lastName: 'Example',
        role: 'Admin',
        emailAddress: 'robin@shop.example',
        phoneNumber: '+440000000000',
        timezone: 'GMT',
      },
    ],
  };
  return Response.json({ organisations: [organisation] });
}

function listGroups(): Response {
  return Response.json({ groups: GROUPS.map(({ name, description }) => ({ name, desc: description })) });
}

async function listInventory({ store, catalogue }: World): Promise<Response> {
  const lots = await store.inventory();
  const names = [...new Set(lots.map((lot) => lot.bundleName))];
  const bundles = names.flatMap((name) => {
    const bundle = catalogue.find(name);
    if (bundle === undefined) return [];
    const available = lots
      .filter((lot) => lot.bundleName === name)
      .map(({ id, total, remaining, expiresAtMs }) => ({
        id,
        total,
        remaining,
        expiry: formatSeconds(expiresAtMs).slice(0, 10),
      }));
    return {
      name,
      desc: bundle.description,
      useDms: false,
      available,
      countries: [bundle.place.name],
      data: bundle.dataMb,
      duration: bundle.days,
      durationUnit: 'day',
      autostart: true,
      unlimited: bundle.isUnlimited,
      speed: bundle.speeds,
      allowances: [],
    };
  });
  return Response.json({ bundles });
}

/** Asked by names or by codes; the answer calls a country as the question did. */
function listNetworks(_world: World, { query }: Call): Response {
  const isos = query.get('isos')?.split(',') ?? [];
  const names = query.get('countries')?.split(',') ?? [];
  const isEverything = query.get('returnAll') === 'true';
  const countryNetworks = COUNTRIES.flatMap(({ code, name }) => {
    if (!isEverything && !isos.includes(code) && !names.includes(name)) return [];
    const networks = networksOf(code).map(({ tadig, speeds, ...network }) => ({
      ...network,
      tagid: tadig,
      speed: speeds,
    }));
    return { name: names.includes(name) ? name : code, networks };
  });
  return Response.json({ countryNetworks });
}

export const organisationRoutes: readonly Route[] = [
  { method: 'GET', path: '/organisation', answer: showOrganisation },
  { method: 'GET', path: '/organisation/groups', answer: listGroups },
  { method: 'GET', path: '/inventory', answer: listInventory },
  { method: 'GET', path: '/networks', answer: listNetworks },
];
