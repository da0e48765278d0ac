import { redactText } from '../redact.ts';
import type { CallPriority } from '../rate-limit.ts';
import { retryAfterMsOf } from '../retry.ts';
import type { EsimGoRequest, Transport } from '../transport.ts';
import { decodeOrganisation, type Organisation } from '../wire/account.ts';

export interface ProbeAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** The beginning of the body, at most 200 characters, without keys, codes and full ICCIDs. */
  readonly text: string;
  readonly ms: number;
  readonly retryAfterMs: number | null;
}

const ANY_ANSWER = Array.from({ length: 400 }, (_, index) => 200 + index);

export function accountCalls(transport: Transport) {
  /** `onTurn` is told when the rate limit lets it go, so that the caller can tell our queue from their time. */
  async function getOrganisation({
    priority = 'status',
    onTurn,
  }: { priority?: CallPriority; onTurn?: () => void } = {}): Promise<Organisation> {
    const request: EsimGoRequest = {
      method: 'GET',
      path: '/organisation',
      priority,
      repeat: 'safe',
      ...(onTurn && { beforeSend: onTurn }),
    };
    return (await transport.read(request, decodeOrganisation)).value;
  }

  /** One GET, whatever it answers; for finding out what an account may do. Throws only if there is no answer. */
  async function probe(path: string): Promise<ProbeAnswer> {
    const startedAtMs = transport.now();
    const answer = await transport.send({
      method: 'GET',
      path,
      priority: 'status',
      repeat: 'safe',
      expects: ANY_ANSWER,
    });
    return {
      status: answer.status,
      contentType: answer.headers.get('content-type'),
      text: redactText(answer.text, transport.apiKey),
      ms: transport.now() - startedAtMs,
      retryAfterMs: retryAfterMsOf(answer.headers, transport.now()),
    };
  }

  return { getOrganisation, probe };
}
