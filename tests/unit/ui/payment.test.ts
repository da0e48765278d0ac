import { describe, expect, it } from 'vitest';
import { faceOf, pollAfterMs } from '../../../src/screens/payment/controller.ts';

describe('faceOf', () => {
  it('lets the server alone say that an order is paid or ready', () => {
    expect(faceOf({ status: 'pending', kind: 'new' }, true)).toBe('checking');
    expect(faceOf({ status: 'pending', kind: 'new' }, false)).toBe('unpaid');
    expect(faceOf({ status: 'processing', kind: 'new' }, false)).toBe('issuing');
    expect(faceOf({ status: 'ready', kind: 'new' }, false)).toBe('ready');
    expect(faceOf({ status: 'active', kind: 'top_up' }, false)).toBe('topped');
  });
});

describe('pollAfterMs', () => {
  it('asks calmer with time', () => {
    const waits = [0, 30_000, 120_000].map((since) => pollAfterMs('issuing', since) ?? 0);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  });

  it('goes on through a failure until its Stars are back, and stops where nothing more comes', () => {
    expect(pollAfterMs('failed', 0)).not.toBeNull();
    for (const face of ['ready', 'topped', 'refunded', 'expired'] as const) expect(pollAfterMs(face, 0)).toBeNull();
  });
});
