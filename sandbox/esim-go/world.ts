import type { SandboxContext } from '../context.ts';
import type { CallbackSender } from './callbacks.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { CatalogueWires } from './formatters/bundle.ts';
import type { Account, EsimStore } from './store.ts';

/** What every route of the simulated eSIM Go works with. */
export interface World {
  context: SandboxContext;
  store: EsimStore;
  catalogue: Catalogue;
  wires: CatalogueWires;
  callbacks: CallbackSender;
  /** The account's settings, as last stored; the balance is read from the table where it counts. */
  settings: Omit<Account, 'balanceMilli'>;
}

/** Minor versions of v2 that share their shapes, oldest first. */
export const API_VERSIONS = ['v2.3', 'v2.4', 'v2.5'] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

export interface Call {
  version: ApiVersion;
  /** The `{…}` parts of the path, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  accept: string;
  body: string;
  ip: string;
  /** Set by a fault rule. */
  assignmentDelayMs: number | null;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Such as `/esims/{iccid}/history`. */
  path: string;
  /** Missing in older versions. */
  since?: ApiVersion;
  answer(world: World, call: Call): Promise<Response> | Response;
}
