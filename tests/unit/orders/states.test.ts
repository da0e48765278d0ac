import { describe, expect, it } from 'vitest';
import { FIRST_STATE, MOVES, splitState, TERMINAL_STATES, type OrderState } from '../../../lib/orders/states.ts';

const moves = Object.values(MOVES).map(({ from, to }) => ({ from: [...from] as OrderState[], to: to as OrderState }));
const named = new Set<OrderState>(moves.flatMap(({ from, to }) => [...from, to]));

function reachableFrom(start: OrderState): Set<OrderState> {
  const seen = new Set([start]);
  for (const state of seen) for (const { from, to } of moves) if (from.includes(state)) seen.add(to);
  return seen;
}

describe('the table of order states', () => {
  it('reaches every state that it names from the first one', () => {
    expect([...reachableFrom(FIRST_STATE)].toSorted()).toEqual([...named].toSorted());
  });

  it('lets nothing leave a terminal state, and everything else leave', () => {
    const dead = [...named].filter((state) => !moves.some(({ from }) => from.includes(state)));
    expect(dead.toSorted()).toEqual([...TERMINAL_STATES].toSorted());
  });

  it('leads from every paid state to a delivery or a refund', () => {
    for (const state of named) {
      if (!state.startsWith('paid/')) continue;
      const ends = reachableFrom(state);
      expect([...ends].some((end) => end === 'paid/assigned' || end.startsWith('refunded/'))).toBe(true);
    }
  });

  it('makes Stars due for refund only where nothing is bought and nothing is on its way', () => {
    expect([...MOVES.give_up.from].toSorted()).toEqual([
      'paid/absent',
      'paid/claimed',
      'paid/none',
      'paid/not_sent',
      'paid/refused',
    ]);
    expect(splitState(MOVES.give_up.to)).toEqual({ paymentStatus: 'refund_due', provisioning: 'cancelled' });
  });

  it('returns no Stars from "sending", "unknown" or "placed", whoever asks', () => {
    for (const { from, to } of moves) {
      if (!to.startsWith('refund')) continue;
      for (const state of from) expect(['sending', 'unknown', 'placed']).not.toContain(splitState(state).provisioning);
    }
  });

  it('sends to the supplier only what is paid', () => {
    expect(MOVES.send.from).toEqual(['paid/claimed']);
  });

  it('never sends again what may have been bought', () => {
    expect(MOVES.claim.from).not.toContain('paid/unknown');
    expect(MOVES.claim.from).not.toContain('paid/sending');
  });

  it('refunds a delivered order only through a decision or Telegram', () => {
    const leaving = Object.entries(MOVES).filter(([, { from }]) =>
      (from as readonly string[]).includes('paid/assigned'),
    );
    expect(leaving.map(([name]) => name).toSorted()).toEqual(['charge_back_delivered', 'take_back']);
  });
});
