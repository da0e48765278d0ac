/** Answers of eSIM Go in their real shapes with invented values. Each call returns a fresh object. */

export const SAMPLE_ICCID = '8943100000000000017';
export const SAMPLE_ORDER_REFERENCE = '00000000-1111-4222-8333-444444444444';
export const SAMPLE_BUNDLE_NAME = 'esim_3GB_30D_PT_V2';

type Extra = Record<string, unknown>;

export function aBundleWire(extra: Extra = {}) {
  return {
    name: SAMPLE_BUNDLE_NAME,
    description: 'eSIM, 3GB, 30 Days, Portugal, V2',
    countries: [{ name: 'Portugal', region: 'Europe', iso: 'PT' }],
    dataAmount: 3000,
    duration: 30,
    speed: ['3G', '4G', '5G'],
    autostart: true,
    unlimited: false,
    imageUrl: 'https://example-bucket.s3.eu-west-1.amazonaws.com/Portugal_0a1b2c.jpg',
    price: 3.45,
    groups: ['Standard Fixed'],
    billingType: 'FixedCost',
    allowances: [
      {
        type: 'DATA',
        service: 'ROAMING',
        description: 'ESIM_3GB_30D_X (data)',
        amount: 3000,
        unit: 'MB',
        unlimited: false,
      },
    ],
    ...extra,
  };
}

export function aRegionalBundleWire(extra: Extra = {}) {
  return {
    name: 'esim_ULP_7D_REUP_V2',
    description: 'eSIM, Unlimited Plus, 7 Days, EU+, V2',
    countries: [{ name: 'Europe Lite', region: 'Europe Lite', iso: 'Europe Lite' }],
    roamingEnabled: [
      { name: 'France', region: 'Europe', iso: 'FR' },
      { name: 'Spain', region: 'Europe', iso: 'ES' },
    ],
    dataAmount: -1,
    duration: 7,
    speed: null,
    autostart: true,
    unlimited: true,
    price: 41.275,
    groups: ['Standard Unlimited Plus'],
    billingType: 'FixedCost',
    allowances: [
      {
        type: 'DATA',
        service: 'ROAMING',
        description: 'ESIM_ULP_7D_X (data)',
        amount: -1,
        unit: 'MB',
        unlimited: true,
      },
    ],
    ...extra,
  };
}

export function aCataloguePageWire(extra: Extra = {}) {
  return { bundles: [aBundleWire(), aRegionalBundleWire()], pageCount: 1, rows: 2, pageSize: 1000, ...extra };
}

export function aValidatedOrderWire(extra: Extra = {}) {
  return {
    order: [
      {
        type: 'bundle',
        item: SAMPLE_BUNDLE_NAME,
        quantity: 1,
        subTotal: 3.45,
        pricePerUnit: 3.45,
        AllowReassign: false,
      },
    ],
    total: 3.45,
    valid: true,
    currency: 'USD',
    createdDate: '2026-01-05T10:11:12.123456789Z',
    assigned: true,
    ...extra,
  };
}

export function aPlacedOrderWire(extra: Extra = {}) {
  return {
    order: [
      {
        esims: [{ iccid: SAMPLE_ICCID, matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD', smdpAddress: 'rsp-0000.example.io' }],
        type: 'bundle',
        item: SAMPLE_BUNDLE_NAME,
        iccids: [SAMPLE_ICCID],
        quantity: 1,
        subTotal: 3.45,
        pricePerUnit: 3.45,
        AllowReassign: false,
      },
    ],
    total: 3.45,
    currency: 'USD',
    status: 'completed',
    statusMessage: 'Order completed: 1 eSIMs assigned',
    orderReference: SAMPLE_ORDER_REFERENCE,
    createdDate: '2026-01-05T10:11:15.987654321Z',
    assigned: true,
    sourceIP: '203.0.113.7',
    runningBalance: '996.55',
    ...extra,
  };
}

export function aBalanceTopUpWire(extra: Extra = {}) {
  return {
    order: [
      {
        type: 'topup',
        item: 'Topup',
        quantity: 1,
        subTotal: 1000,
        pricePerUnit: 1000,
        invoiceLink: 'https://example.com/i/1',
      },
    ],
    total: 1000,
    currency: 'USD',
    status: 'completed',
    orderReference: '00000000-1111-4222-8333-555555555555',
    createdDate: '2026-01-04T09:00:00.1Z',
    ...extra,
  };
}

export function anOrderPageWire(extra: Extra = {}) {
  return { orders: [aPlacedOrderWire(), aBalanceTopUpWire()], pageCount: 1, pageSize: 10, rows: 2, ...extra };
}

export function installDetailsWire(extra: Extra = {}) {
  return {
    iccid: SAMPLE_ICCID,
    matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD',
    smdpAddress: 'rsp-0000.example.io',
    profileStatus: 'Released',
    pin: '0000',
    puk: '12345678',
    firstInstalledDateTime: '',
    ...extra,
  };
}

export const INSTALL_DETAILS_CSV = [
  '"ICCID","Matching ID","RSP URL","Bundle","Reference"',
  `"${SAMPLE_ICCID}","AAAAA-BBBBB-CCCCC-DDDDD","rsp-0000.example.io","${SAMPLE_BUNDLE_NAME}","${SAMPLE_ORDER_REFERENCE}"`,
  '',
].join('\r\n');

export function anEsimWire(extra: Extra = {}) {
  return {
    iccid: SAMPLE_ICCID,
    msisdn: '',
    pin: '0000',
    puk: '12345678',
    matchingId: 'AAAAA-BBBBB-CCCCC-DDDDD',
    smdpAddress: 'rsp-0000.example.io',
    profileStatus: 'Installed',
    firstInstalledDateTime: 1767607872000,
    customerRef: 'ord_42',
    brandingId: '00000000-aaaa-4bbb-8ccc-dddddddddddd (default)',
    profileName: 'Profile 1',
    state: 'active',
    ...extra,
  };
}

export function anEsimPageWire(extra: Extra = {}) {
  const row = {
    iccid: SAMPLE_ICCID,
    customerRef: 'ord_42',
    lastAction: 'Bundle Applied',
    actionDate: '2026-01-05T10:11:16Z',
    physical: false,
    assignedDate: '2026-01-05T10:11:15Z',
    state: 'active',
  };
  return { esims: [row], pageCount: 1, pageSize: 100, rows: 1, ...extra };
}

export function anAssignmentWire(extra: Extra = {}) {
  return {
    id: '200000001',
    callTypeGroup: 'data',
    initialQuantity: 3000000000,
    remainingQuantity: 2250000000,
    startTime: '2026-01-06T08:00:00Z',
    endTime: '2026-02-05T08:00:00Z',
    assignmentDateTime: '2026-01-05T10:11:16.1Z',
    assignmentReference: `${SAMPLE_ORDER_REFERENCE}-0`,
    bundleState: 'active',
    unlimited: false,
    allowances: [
      {
        type: 'DATA',
        service: 'ROAMING',
        description: '…',
        initialAmount: 3000000000,
        remainingAmount: 2250000000,
        unit: 'BYTES',
        unlimited: false,
      },
    ],
    ...extra,
  };
}

export function anEsimBundlesWire(...assignments: object[]) {
  return { bundles: [{ name: SAMPLE_BUNDLE_NAME, description: 'eSIM, 3GB, 30 Days, Portugal, V2', assignments }] };
}

export function anOrganisationWire(extra: Extra = {}) {
  return {
    name: 'Example Ltd',
    apiKey: 'organisation-key-not-real',
    balance: 996.5555,
    testCredit: 0,
    testCreditExpiry: '',
    currency: 'USD',
    groups: ['Standard Fixed'],
    callbackUrl: 'https://shop.example/hook',
    users: [{ firstName: 'Ann', emailAddress: 'ann@example.com' }],
    ...extra,
  };
}
