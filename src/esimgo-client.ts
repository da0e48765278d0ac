import type { DestinationsAnswer } from '../lib/contract/catalogue.ts';

/** The only place that asks the server. */
export class ESIMGoClient {
  async getDestinations(): Promise<DestinationsAnswer['destinations']> {
    const response = await fetch('/api/esimgo/catalogue');
    if (!response.ok) throw new Error(`The catalogue answered ${response.status}`);
    const answer: DestinationsAnswer = await response.json();
    return answer.destinations;
  }
}
