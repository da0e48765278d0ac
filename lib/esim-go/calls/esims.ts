import type { CallPriority } from '../rate-limit.ts';
import type { EsimGoRequest, Transport } from '../transport.ts';
import { decodeEsimBundles, type Assignment } from '../wire/assignment.ts';
import {
  decodeCompatible,
  decodeEsim,
  decodeEsimHistory,
  decodeEsimLocation,
  decodeEsimPage,
  decodeStatusText,
  type EsimDetails,
  type EsimHistoryEntry,
  type EsimLocation,
  type EsimSummary,
} from '../wire/esim.ts';

export interface RevokeRequest {
  readonly iccid: string;
  readonly bundleName: string;
  readonly assignmentId: string;
  /** The vendor's default is to revoke for good, so it is never left out. */
  readonly type: 'validate' | 'transaction';
  readonly refundToBalance?: boolean;
}

interface CallOptions {
  readonly priority?: CallPriority;
}

export function esimCalls(transport: Transport) {
  async function getEsim(iccid: string, { priority = 'status' }: CallOptions = {}): Promise<EsimDetails> {
    return (await transport.read(getRequest(iccid, '', priority), decodeEsim)).value;
  }

  async function listEsimBundles(
    iccid: string,
    { includeUsed = false, priority = 'usage' }: CallOptions & { readonly includeUsed?: boolean } = {},
  ): Promise<Assignment[]> {
    const query = [['includeUsed', String(includeUsed)] as const, ['limit', '200'] as const];
    return (await transport.read({ ...getRequest(iccid, '/bundles', priority), query }, decodeEsimBundles)).value;
  }

  async function getEsimHistory(iccid: string, { priority = 'status' }: CallOptions = {}): Promise<EsimHistoryEntry[]> {
    return (await transport.read(getRequest(iccid, '/history', priority), decodeEsimHistory)).value;
  }

  async function getEsimLocation(iccid: string, { priority = 'status' }: CallOptions = {}): Promise<EsimLocation> {
    return (await transport.read(getRequest(iccid, '/location', priority), decodeEsimLocation)).value;
  }

  /** Throws the device off the network so that it registers anew: a GET with an effect, never repeated. */
  async function refreshEsim(iccid: string): Promise<void> {
    await transport.send({ ...getRequest(iccid, '/refresh', 'status'), repeat: 'never' });
  }

  /** Whether the bundle can be put on this eSIM; a bundle's network profile may change between price lists. */
  async function isCompatible(iccid: string, bundleName: string): Promise<boolean> {
    const request = getRequest(iccid, `/compatible/${encodeURIComponent(bundleName)}`, 'status');
    return (await transport.read(request, decodeCompatible)).value;
  }

  async function setCustomerRef(iccid: string, customerRef: string): Promise<void> {
    const body = { iccid, customerRef };
    await transport.send({ method: 'PUT', path: '/esims', body, priority: 'usage', repeat: 'idempotent' });
  }

  async function findEsimsByCustomerRef(customerRef: string): Promise<EsimSummary[]> {
    const found: EsimSummary[] = [];
    for (let page = 1; ; page += 1) {
      const request: EsimGoRequest = {
        method: 'GET',
        path: '/esims',
        query: [
          ['filterBy', 'customerRef'],
          ['filter', customerRef],
          ['page', String(page)],
          ['perPage', '100'],
        ],
        priority: 'status',
        repeat: 'safe',
      };
      const { value } = await transport.read(request, decodeEsimPage);
      // The vendor's filter also matches parts of a text.
      found.push(...value.esims.filter((esim) => esim.customerRef === customerRef));
      if (page >= value.pageCount || value.esims.length === 0) return found;
    }
  }

  /** True if the vendor says it was sent; at most 160 characters. */
  async function sendSms(iccid: string, message: string): Promise<boolean> {
    // The vendor allows no other sender by default.
    const body = { message, from: 'eSIM' };
    const request: EsimGoRequest = {
      method: 'POST',
      path: pathOf(iccid, '/sms'),
      body,
      priority: 'status',
      repeat: 'never',
    };
    return (await transport.read(request, decodeStatusText)).value.toLowerCase() === 'sent';
  }

  async function suspendEsim(iccid: string, suspend: boolean): Promise<void> {
    const path = pathOf(iccid, '/suspend');
    await transport.send({ method: 'POST', path, body: { suspend }, priority: 'status', repeat: 'never' });
  }

  /** Answers the vendor's sentence. Without a refund agreed with the vendor the bundle's price is lost: validate first. */
  async function revokeAssignment(revoke: RevokeRequest): Promise<string> {
    const { iccid, bundleName, assignmentId, type, refundToBalance } = revoke;
    const request: EsimGoRequest = {
      method: 'DELETE',
      path: pathOf(iccid, `/bundles/${encodeURIComponent(bundleName)}/assignments/${encodeURIComponent(assignmentId)}`),
      query: [
        ['type', type],
        ...(refundToBalance === undefined ? [] : [['refundToBalance', String(refundToBalance)] as const]),
      ],
      priority: 'status',
      repeat: type === 'validate' ? 'safe' : 'never',
    };
    return (await transport.read(request, decodeStatusText)).value;
  }

  return {
    getEsim,
    listEsimBundles,
    getEsimHistory,
    getEsimLocation,
    refreshEsim,
    isCompatible,
    setCustomerRef,
    findEsimsByCustomerRef,
    sendSms,
    suspendEsim,
    revokeAssignment,
  };
}

function getRequest(iccid: string, suffix: string, priority: CallPriority): EsimGoRequest {
  return { method: 'GET', path: pathOf(iccid, suffix), priority, repeat: 'safe' };
}

function pathOf(iccid: string, suffix: string): string {
  return `/esims/${encodeURIComponent(iccid)}${suffix}`;
}
