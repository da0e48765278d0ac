import type { Callback } from './callbacks.ts';
import { toWireMoney } from './formatters/money.ts';

/** The vendor's default: dollars of balance below which it warns. */
const THRESHOLD_MILLI = 100_000;
const WARNED_AT_PERCENT = [100, 75, 50, 10];

/** One warning for each level that the balance fell below, or one notice that it rose. */
export function balanceCallbacks(beforeMilli: number, afterMilli: number): Callback[] {
  if (afterMilli > beforeMilli) {
    const bundle = { oldAmount: toWireMoney(beforeMilli), newAmount: toWireMoney(afterMilli) };
    return [{ iccid: null, payload: { alertType: 'Topup', bundle } }];
  }
  return WARNED_AT_PERCENT.map((percent) => (THRESHOLD_MILLI * percent) / 100)
    .filter((levelMilli) => beforeMilli >= levelMilli && afterMilli < levelMilli)
    .map(() => balanceCallback('LowBalance', afterMilli));
}

export function insufficientBalanceCallback(balanceMilli: number): Callback {
  return balanceCallback('InsufficientBalance', balanceMilli);
}

function balanceCallback(alertType: 'LowBalance' | 'InsufficientBalance', balanceMilli: number): Callback {
  const balanceInfo = {
    balance: toWireMoney(balanceMilli),
    threshold: toWireMoney(THRESHOLD_MILLI),
    thresholdPercentRemaining: (balanceMilli / THRESHOLD_MILLI) * 100,
  };
  return { iccid: null, payload: { alertType, balanceInfo } };
}
