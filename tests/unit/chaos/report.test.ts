import { describe, expect, it } from 'vitest';
import { printReport } from '../../../scripts/chaos/print-report.ts';
import { isClean, tooLittleOf, type ChaosReport } from '../../../scripts/chaos/run-chaos.ts';

const REPORT: ChaosReport = {
  seed: 'any',
  purchases: 10,
  charges: 10,
  delivered: 9,
  refunded: 1,
  takenBack: 0,
  notCharged: 0,
  cutOff: 0,
  bad: { double_ordered: 0, lost: 0, leaked: 0, stuck: 0 },
  broken: [],
  soldTooLittle: null,
  faults: new Map([['process.kill', 1]]),
  deliverySeconds: null,
  limits: 'lifted',
  settings: 'DELIVERY_DEADLINE=40',
  seconds: 2,
  buyingSeconds: 1,
  savedTo: null,
};

describe('a run', () => {
  it.each([
    [10, 5, 3, null],
    [10, 4, 4, '4 charges in 10 purchases'],
    [10, 8, 3, '3 deliveries for 8 charges'],
    [10, 0, 0, '0 charges in 10 purchases'],
  ])(
    'of %i purchases with %i charges and %i deliveries sold too little: %s',
    (purchases, charges, delivered, words) => {
      expect(tooLittleOf(purchases, { charges, delivered })).toBe(words);
    },
  );

  it('is clean when it sold enough and broke no promise', () => {
    expect(isClean(REPORT)).toBe(true);
    expect(isClean({ ...REPORT, soldTooLittle: '0 charges in 10 purchases' })).toBe(false);
    expect(isClean({ ...REPORT, broken: [{ breach: 'lost', promise: 'a charge has one row' }] })).toBe(false);
  });
});

describe('the report', () => {
  it('says what was sold too little, who was cut off and which settings were shortened', () => {
    const printed = printReport({ ...REPORT, cutOff: 2, soldTooLittle: '4 charges in 10 purchases' });
    expect(printed).toMatch(/^sold too little +4 charges in 10 purchases$/m);
    expect(printed).toMatch(/^buyers cut off +2$/m);
    expect(printed).toMatch(/^settings +DELIVERY_DEADLINE=40$/m);
  });
});
