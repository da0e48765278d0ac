import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBundleName, placeCodeOf } from '../../../lib/esim-go/bundle-name.ts';

describe('parseBundleName', () => {
  it('reads every name of the grammar', () => {
    const size = fc.oneof(
      fc.integer({ min: 1, max: 9999 }).map((dataGb) => ({ text: `${dataGb}GB`, dataGb, tier: null })),
      fc.constantFrom(
        { text: 'UL', dataGb: null, tier: 'lite' },
        { text: 'ULE', dataGb: null, tier: 'essential' },
        { text: 'ULP', dataGb: null, tier: 'plus' },
      ),
    );
    const place = fc.constantFrom('PT', 'REUP', 'RMENA', 'US-HI', 'CYP', 'IC', 'AN', 'XK', 'RGBL');
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 365 }), place, ({ text, dataGb, tier }, durationDays, placeCode) => {
        const name = `esim_${text}_${durationDays}D_${placeCode}_V2`;
        expect(parseBundleName(name)).toEqual({ dataGb, tier, durationDays, placeCode });
        expect(placeCodeOf(name)).toBe(placeCode);
      }),
    );
  });

  it.each([
    'esim_1GB_7D_PT_U',
    'esim_1GB_7D_PT_VS',
    'ESIM_1GB_7D_PT_V2',
    'esim_1.5GB_7D_PT_V2',
    'esim_1GB_7D__V2',
    'custom',
    '',
  ])('knows nothing about "%s"', (name) => {
    expect(parseBundleName(name)).toBeNull();
    expect(placeCodeOf(name)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (name) => void parseBundleName(name)));
  });
});
