import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeNetworks, decodeOrganisation } from '../../../lib/esim-go/wire/account.ts';
import { decodeEsimBundles } from '../../../lib/esim-go/wire/assignment.ts';
import { decodeBundle, decodeCataloguePage } from '../../../lib/esim-go/wire/bundle.ts';
import { timeOf } from '../../../lib/esim-go/wire/common.ts';
import { decodeEsim, decodeEsimHistory, decodeEsimLocation } from '../../../lib/esim-go/wire/esim.ts';
import { decodeInstallDetails, decodeInstallDetailsCsv } from '../../../lib/esim-go/wire/install-details.ts';
import {
  decodeOrder,
  decodeOrderPage,
  decodePlacedOrder,
  decodeValidatedOrder,
} from '../../../lib/esim-go/wire/order.ts';
import {
  aBundleWire,
  aCataloguePageWire,
  anAssignmentWire,
  anEsimBundlesWire,
  anEsimWire,
  anOrderPageWire,
  anOrganisationWire,
  aPlacedOrderWire,
  aRegionalBundleWire,
  aValidatedOrderWire,
  INSTALL_DETAILS_CSV,
  installDetailsWire,
  SAMPLE_BUNDLE_NAME,
  SAMPLE_ICCID,
  SAMPLE_ORDER_REFERENCE,
} from '../../support/esim-go-samples.ts';

describe('decodeBundle', () => {
  it('reads a country bundle', () => {
    expect(decodeBundle(aBundleWire())).toEqual({
      name: SAMPLE_BUNDLE_NAME,
      description: 'eSIM, 3GB, 30 Days, Portugal, V2',
      groups: ['Standard Fixed'],
      countries: [{ iso: 'PT', name: 'Portugal', region: 'Europe' }],
      roaming: [],
      dataMb: 3000,
      durationDays: 30,
      unlimited: false,
      autostart: true,
      speeds: ['3G', '4G', '5G'],
      priceMilli: 3450,
      profileName: null,
      allowances: [{ type: 'DATA', service: 'ROAMING', amount: 3000, unit: 'MB', unlimited: false }],
    });
  });

  it('keeps the pseudo-country of a regional bundle apart from its real coverage', () => {
    const bundle = decodeBundle(aRegionalBundleWire());
    expect(bundle.countries.map(({ iso }) => iso)).toEqual(['Europe Lite']);
    expect(bundle.roaming.map(({ iso }) => iso)).toEqual(['FR', 'ES']);
  });

  it('has no amount of data when the flag says unlimited, whatever the number', () => {
    for (const dataAmount of [-1, 0, 5000]) {
      expect(decodeBundle(aRegionalBundleWire({ dataAmount }))).toMatchObject({ unlimited: true, dataMb: null });
    }
  });

  it('takes the allowances where the older fields are gone', () => {
    const fixed = aBundleWire({ dataAmount: undefined, unlimited: undefined });
    expect(decodeBundle(fixed)).toMatchObject({ unlimited: false, dataMb: 3000 });
    const unlimited = aRegionalBundleWire({ dataAmount: undefined, unlimited: undefined });
    expect(decodeBundle(unlimited)).toMatchObject({ unlimited: true, dataMb: null });
  });

  it('takes nested countries like flat ones', () => {
    const nested = (name: string, iso: string) => ({
      country: { name, region: 'Europe', iso },
      networks: [{ name: 'Net A', brandName: 'A Mobile', speeds: ['4G'] }],
      potentialNetworks: [],
    });
    const bundle = decodeBundle(
      aBundleWire({ countries: [nested('France', 'FR')], roamingEnabled: [nested('Spain', 'ES')] }),
    );
    expect(bundle.countries).toEqual([{ iso: 'FR', name: 'France', region: 'Europe' }]);
    expect(bundle.roaming).toEqual([{ iso: 'ES', name: 'Spain', region: 'Europe' }]);
  });

  it('takes codes that are not ISO', () => {
    for (const iso of ['IC', 'XK', 'AN', 'CYP', 'US-HI']) {
      const countries = [{ name: 'Somewhere', region: 'Europe', iso }];
      expect(decodeBundle(aBundleWire({ countries })).countries[0]?.iso).toBe(iso);
    }
  });

  it('takes the groups from either spelling', () => {
    expect(decodeBundle(aBundleWire({ groups: undefined, group: ['Standard Fixed'] })).groups).toEqual([
      'Standard Fixed',
    ]);
    expect(decodeBundle(aBundleWire({ groups: undefined, group: 'Standard Fixed' })).groups).toEqual([
      'Standard Fixed',
    ]);
    expect(decodeBundle(aBundleWire({ groups: null })).groups).toEqual([]);
  });

  it('reads null and missing lists as empty', () => {
    const bundle = decodeBundle(aBundleWire({ speed: null, roamingEnabled: null, allowances: undefined }));
    expect(bundle).toMatchObject({ speeds: [], roaming: [], allowances: [] });
  });

  it('turns a price with three or more decimals into thousandths', () => {
    expect(decodeBundle(aBundleWire({ price: 90.275 })).priceMilli).toBe(90275);
    expect(decodeBundle(aBundleWire({ price: 41.2755 })).priceMilli).toBe(41276);
  });

  it.each([
    ['no name', { name: '' }],
    ['no price', { price: null }],
    ['a price of nothing', { price: 0 }],
    ['no validity', { duration: null }],
    ['no amount of data', { dataAmount: 0 }],
    ['a country without a code', { countries: [{ name: 'Portugal' }] }],
  ])('refuses a bundle with %s', (_what, extra) => {
    expect(() => decodeBundle(aBundleWire(extra))).toThrow(z.ZodError);
  });
});

describe('decodeCataloguePage', () => {
  it('takes an object and a bare list', () => {
    expect(decodeCataloguePage(aCataloguePageWire())).toMatchObject({ pageCount: 1, totalRows: 2 });
    expect(decodeCataloguePage([aBundleWire()])).toMatchObject({ pageCount: null, totalRows: null });
    expect(decodeCataloguePage({ bundles: null, pageCount: 0, rows: 0 }).rows).toEqual([]);
  });

  it('refuses an object without bundles: an error must not look like an empty catalogue', () => {
    expect(() => decodeCataloguePage({ message: 'access denied' })).toThrow(z.ZodError);
  });
});

describe('decodeValidatedOrder', () => {
  it('reads total and currency, and does without the capital AllowReassign', () => {
    expect(decodeValidatedOrder(aValidatedOrderWire(), SAMPLE_BUNDLE_NAME)).toMatchObject({
      valid: true,
      totalMilli: 3450,
      currency: 'USD',
    });
  });

  const [item] = aValidatedOrderWire().order;
  it.each([
    ['another bundle', [{ ...item, item: 'esim_10GB_30D_TH_V2' }]],
    ['two of them', [{ ...item, quantity: 2 }]],
    ['two bundles', [item, item]],
    ['nothing', []],
  ])('refuses the price of %s', (_what, order) => {
    expect(() => decodeValidatedOrder(aValidatedOrderWire({ order }), SAMPLE_BUNDLE_NAME)).toThrow(z.ZodError);
  });

  it('takes a no without items', () => {
    const wire = aValidatedOrderWire({ valid: false, order: [] });
    expect(decodeValidatedOrder(wire, SAMPLE_BUNDLE_NAME).valid).toBe(false);
  });

  it.each(['valid', 'total', 'currency'])('refuses an answer without %s', (field) => {
    expect(() => decodeValidatedOrder(aValidatedOrderWire({ [field]: undefined }), SAMPLE_BUNDLE_NAME)).toThrow(
      z.ZodError,
    );
  });
});

describe('decodePlacedOrder', () => {
  it('reads a new eSIM with its codes and a time in nanoseconds', () => {
    expect(decodePlacedOrder(aPlacedOrderWire())).toEqual({
      orderReference: SAMPLE_ORDER_REFERENCE,
      status: 'completed',
      statusMessage: 'Order completed: 1 eSIMs assigned',
      totalMilli: 3450,
      currency: 'USD',
      createdAt: new Date('2026-01-05T10:11:15.987Z'),
      items: [
        {
          type: 'bundle',
          item: SAMPLE_BUNDLE_NAME,
          quantity: 1,
          pricePerUnitMilli: 3450,
          iccids: [SAMPLE_ICCID],
          esims: [{ iccid: SAMPLE_ICCID, matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD', smdpAddress: 'rsp-0000.example.io' }],
        },
      ],
    });
  });

  it('accepts an answer that has little more than the reference: the money is spent', () => {
    const order = decodePlacedOrder({ orderReference: SAMPLE_ORDER_REFERENCE });
    expect(order).toMatchObject({ status: 'unknown', items: [], totalMilli: null, createdAt: null });
  });

  it('leaves out codes that are not there yet and keeps the ICCID', () => {
    const item = {
      type: 'bundle',
      item: 'x',
      quantity: 1,
      esims: [{ iccid: SAMPLE_ICCID, matchingId: '', smdpAddress: '' }],
    };
    expect(decodePlacedOrder(aPlacedOrderWire({ order: [item] })).items[0]).toMatchObject({
      iccids: [SAMPLE_ICCID],
      esims: [],
    });
  });

  it('refuses an answer without a reference', () => {
    expect(() => decodePlacedOrder(aPlacedOrderWire({ orderReference: '' }))).toThrow(z.ZodError);
  });

  it.each([
    ['completed', 'completed'],
    ['Completed', 'completed'],
    ['failed', 'failed'],
    ['Order processing failed', 'failed'],
    ['processing', 'processing'],
    ['pending', 'processing'],
    ['on fire', 'unknown'],
    [undefined, 'unknown'],
  ])('reads the status %s as %s', (status, expected) => {
    expect(decodePlacedOrder(aPlacedOrderWire({ status })).status).toBe(expected);
  });
});

describe('decodeOrderPage', () => {
  it.each([
    ['an object', anOrderPageWire(), 2],
    ['a bare list', [aPlacedOrderWire()], 1],
    ['a single order', aPlacedOrderWire(), 1],
    ['null orders', { orders: null, pageCount: 0 }, 0],
  ])('takes %s', (_what, wire, count) => {
    expect(decodeOrderPage(wire).orders).toHaveLength(count);
  });

  it('tells what was sold from top-ups of the balance', () => {
    expect(decodeOrderPage(anOrderPageWire()).orders.map(({ items }) => items[0]?.type)).toEqual(['bundle', 'topup']);
  });

  it('refuses anything else, so that an odd answer never counts as an empty list', () => {
    expect(() => decodeOrderPage({ message: 'Processing' })).toThrow(z.ZodError);
    expect(() => decodeOrder('')).toThrow(z.ZodError);
  });
});

describe('decodeInstallDetails', () => {
  const details = { iccid: SAMPLE_ICCID, matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD', smdpAddress: 'rsp-0000.example.io' };

  it('takes an object, a list and CSV', () => {
    expect(decodeInstallDetails(installDetailsWire())).toEqual([
      { ...details, profileStatus: 'released', firstInstalledAt: null },
    ]);
    expect(decodeInstallDetails([installDetailsWire(), installDetailsWire()])).toHaveLength(2);
    expect(decodeInstallDetailsCsv(INSTALL_DETAILS_CSV)).toEqual([
      { ...details, profileStatus: 'unknown', firstInstalledAt: null },
    ]);
  });

  it('finds the CSV columns by name and reads quotes inside of quotes', () => {
    const csv = `Reference,RSP URL,ICCID,Matching ID\n"a,""b""",rsp.example.io,${SAMPLE_ICCID},AAAAA`;
    expect(decodeInstallDetailsCsv(csv)).toMatchObject([
      { iccid: SAMPLE_ICCID, matchingId: 'AAAAA', smdpAddress: 'rsp.example.io' },
    ]);
  });

  it.each([
    ['an empty list', []],
    ['an empty object', {}],
    ['null', null],
    ['an eSIM without its codes', installDetailsWire({ matchingId: '' })],
    ['one of two without its codes', [installDetailsWire(), installDetailsWire({ smdpAddress: null })]],
  ])('is not ready for %s', (_what, wire) => {
    expect(decodeInstallDetails(wire)).toBeNull();
  });

  it('is not ready for CSV without rows', () => {
    expect(decodeInstallDetailsCsv('"ICCID","Matching ID","RSP URL","Bundle","Reference"\r\n')).toBeNull();
  });

  it('refuses an unknown object', () => {
    expect(() => decodeInstallDetails({ message: 'no' })).toThrow(z.ZodError);
  });
});

describe('decodeEsim', () => {
  it('reads status, state and tag', () => {
    expect(decodeEsim(anEsimWire())).toEqual({
      iccid: SAMPLE_ICCID,
      matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD',
      smdpAddress: 'rsp-0000.example.io',
      profileStatus: 'installed',
      state: 'active',
      firstInstalledAt: new Date(1767607872000),
      customerRef: 'ord_42',
      profileName: 'Profile 1',
    });
  });

  it.each([
    [1767607872000, new Date(1767607872000)],
    ['1767607872000', new Date(1767607872000)],
    ['2026-01-05T10:11:12Z', new Date('2026-01-05T10:11:12Z')],
    [0, null],
    ['', null],
    [undefined, null],
  ])('reads the first installation %s as a number, as text and as never', (firstInstalledDateTime, expected) => {
    expect(decodeEsim(anEsimWire({ firstInstalledDateTime })).firstInstalledAt).toEqual(expected);
  });

  it('compares statuses without case and keeps new ones as unknown', () => {
    expect(decodeEsim(anEsimWire({ profileStatus: 'RELEASED' })).profileStatus).toBe('released');
    expect(decodeEsim(anEsimWire({ profileStatus: 'Teleported', state: 'Frozen' }))).toMatchObject({
      profileStatus: 'unknown',
      state: 'unknown',
    });
    expect(decodeEsim(anEsimWire({ state: undefined })).state).toBeNull();
  });

  it('refuses an ICCID that is a number: its last digits are lost', () => {
    expect(() => decodeEsim(anEsimWire({ iccid: 8943100000000000000 }))).toThrow(z.ZodError);
  });
});

describe('decodeEsimBundles', () => {
  it('gives every assignment, so that a top-up adds to what is there', () => {
    const assignments = decodeEsimBundles(anEsimBundlesWire(anAssignmentWire(), anAssignmentWire({ id: '200000002' })));
    expect(assignments.map(({ id, bundleName }) => [id, bundleName])).toEqual([
      ['200000001', SAMPLE_BUNDLE_NAME],
      ['200000002', SAMPLE_BUNDLE_NAME],
    ]);
  });

  it('reads bytes, reference and times', () => {
    expect(decodeEsimBundles(anEsimBundlesWire(anAssignmentWire()))[0]).toEqual({
      id: '200000001',
      reference: `${SAMPLE_ORDER_REFERENCE}-0`,
      bundleName: SAMPLE_BUNDLE_NAME,
      state: 'active',
      initialBytes: 3_000_000_000,
      remainingBytes: 2_250_000_000,
      unlimited: false,
      startTime: new Date('2026-01-06T08:00:00Z'),
      endTime: new Date('2026-02-05T08:00:00Z'),
      assignedAt: new Date('2026-01-05T10:11:16.1Z'),
    });
  });

  it('reads a queued one, which has no times yet, in any case', () => {
    const queued = anAssignmentWire({ bundleState: 'Queued', startTime: undefined, endTime: '0001-01-01T00:00:00Z' });
    expect(decodeEsimBundles(anEsimBundlesWire(queued))[0]).toMatchObject({
      state: 'queued',
      startTime: null,
      endTime: null,
    });
  });

  it('keeps a new state as unknown', () => {
    expect(decodeEsimBundles(anEsimBundlesWire(anAssignmentWire({ bundleState: 'paused' })))[0]?.state).toBe('unknown');
  });

  it('counts no bytes for unlimited data and for voice', () => {
    const [unlimited, voice] = decodeEsimBundles(
      anEsimBundlesWire(anAssignmentWire({ unlimited: true }), anAssignmentWire({ callTypeGroup: 'voice' })),
    );
    expect(unlimited).toMatchObject({ unlimited: true, initialBytes: null, remainingBytes: null });
    expect(voice).toMatchObject({ initialBytes: null, remainingBytes: null });
  });

  it.each([
    ['BYTES', 3_000_000_000, 3_000_000_000],
    ['MB', 3_000, 3_000_000_000],
  ])('takes the allowance in %s where the quantities are gone', (unit, amount, bytes) => {
    const allowances = [{ type: 'DATA', initialAmount: amount, remainingAmount: 0, unit, unlimited: false }];
    const wire = anAssignmentWire({
      initialQuantity: undefined,
      remainingQuantity: undefined,
      unlimited: undefined,
      allowances,
    });
    expect(decodeEsimBundles(anEsimBundlesWire(wire))[0]).toMatchObject({ initialBytes: bytes, remainingBytes: 0 });
  });

  it('reads an eSIM without bundles', () => {
    expect(decodeEsimBundles({ bundles: null })).toEqual([]);
  });
});

describe('decodeOrganisation', () => {
  it.each([
    ['flat', anOrganisationWire()],
    ['wrapped', { organisations: [anOrganisationWire()] }],
  ])('picks three fields of a %s answer and nothing else', (_form, wire) => {
    expect(decodeOrganisation(wire)).toEqual({
      balanceMilli: 996555,
      currency: 'USD',
      callbackUrl: 'https://shop.example/hook',
    });
  });

  it('refuses an answer without a balance', () => {
    expect(() => decodeOrganisation({ organisations: [] })).toThrow(z.ZodError);
  });
});

describe('the smaller answers', () => {
  it('reads a history in each of its forms', () => {
    const entry = { name: 'Bundle Applied', bundleName: SAMPLE_BUNDLE_NAME, date: '2026-01-05T10:11:16.1Z' };
    const expected = [
      {
        name: 'Bundle Applied',
        bundleName: SAMPLE_BUNDLE_NAME,
        alertType: null,
        at: new Date('2026-01-05T10:11:16.1Z'),
      },
    ];
    expect(decodeEsimHistory([entry])).toEqual(expected);
    expect(decodeEsimHistory({ actions: [entry] })).toEqual(expected);
    expect(decodeEsimHistory([{ name: 'Bundle Applied', bundle: SAMPLE_BUNDLE_NAME, date: entry.date }])).toEqual(
      expected,
    );
  });

  it('reads a location', () => {
    const wire = {
      mobileNetworkCode: 'PRTAB',
      networkName: 'Net A',
      networkBrandName: 'A Mobile',
      country: 'PT',
      lastSeen: '',
    };
    expect(decodeEsimLocation(wire)).toEqual({
      country: 'PT',
      networkName: 'Net A',
      networkBrandName: 'A Mobile',
      lastSeenAt: null,
    });
  });

  it('reads networks', () => {
    const networks = [{ name: 'Net A', brandName: 'A Mobile', mcc: '268', mnc: '01', tagid: 'PRTAB', speed: null }];
    expect(decodeNetworks({ countryNetworks: [{ name: 'PT', networks }] })).toEqual([
      { country: 'PT', networks: [{ name: 'Net A', brandName: 'A Mobile', speeds: [] }] },
    ]);
  });

  it('reads nanoseconds and knows the zero time for never', () => {
    expect(timeOf('2026-01-05T10:11:12.123456789Z')).toEqual(new Date('2026-01-05T10:11:12.123Z'));
    expect(timeOf('0001-01-01T00:00:00Z')).toBeNull();
    expect(timeOf('yesterday')).toBeNull();
  });
});
