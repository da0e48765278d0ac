import { accessDenied, noSuchRoute, refuse } from '../answers.ts';
import type { Bundle } from '../catalogue/generate-bundles.ts';
import { formatSingleBundle } from '../formatters/bundle.ts';
import type { Call, Route, World } from '../world.ts';
import { readCount } from './read-json.ts';

const DEFAULT_PER_PAGE = 50;

function listCatalogue({ catalogue, wires, settings }: World, { query, version }: Call): Response {
  switch (settings.catalogueAnswer) {
    case 404:
      return noSuchRoute();
    case 403:
      return accessDenied();
    case 'ok':
      break;
  }
  const found = sortBundles(filterBundles(catalogue.onSale(), query), query);
  const perPage = readCount(query.get('perPage'), DEFAULT_PER_PAGE);
  const page = readCount(query.get('page'), 1);
  const items = found.slice((page - 1) * perPage, page * perPage).map((bundle) => wires.listItem(bundle, version));
  const pageCount = Math.ceil(found.length / perPage);
  const text = `{"bundles":[${items.join(',')}],"pageCount":${pageCount},"rows":${found.length},"pageSize":${perPage}}`;
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

/** `countries` and `region` look at the base country, so neither finds a regional bundle by what it covers. */
function filterBundles(bundles: readonly Bundle[], query: URLSearchParams): readonly Bundle[] {
  const description = query.get('description')?.toLowerCase();
  const group = query.get('group');
  const countries = query.get('countries')?.split(',');
  const region = query.get('region');
  if (description === undefined && group === null && countries === undefined && region === null) return bundles;
  return bundles.filter(
    (bundle) =>
      (description === undefined || bundle.description.toLowerCase().includes(description)) &&
      (group === null || bundle.group === group) &&
      (countries === undefined || (bundle.place.kind === 'country' && countries.includes(bundle.place.code))) &&
      (region === null || bundle.place.region === region),
  );
}

function sortBundles(bundles: readonly Bundle[], query: URLSearchParams): readonly Bundle[] {
  const isDescending = query.get('direction') === 'desc';
  const compare = comparisonBy(query.get('orderBy'));
  if (compare === null) return isDescending ? bundles.toReversed() : bundles;
  return bundles.toSorted((left, right) => (isDescending ? compare(right, left) : compare(left, right)));
}

function comparisonBy(orderBy: string | null): ((left: Bundle, right: Bundle) => number) | null {
  if (orderBy === 'dataAmount') return (left, right) => left.dataMb - right.dataMb;
  if (orderBy === 'duration') return (left, right) => left.days - right.days;
  // All bundles start by themselves, so `autostart` leaves the order by name.
  return null;
}

function showBundle({ catalogue, settings }: World, { params, version }: Call): Response {
  if (settings.catalogueAnswer === 404) return noSuchRoute();
  if (settings.catalogueAnswer === 403) return accessDenied();
  const bundle = catalogue.findOnSale(params.name ?? '');
  if (bundle === undefined) return refuse(400, 'bundle not found');
  return Response.json(formatSingleBundle(bundle, version));
}

export const catalogueRoutes: readonly Route[] = [
  { method: 'GET', path: '/catalogue', answer: listCatalogue },
  { method: 'GET', path: '/catalogue/bundle/{name}', answer: showBundle },
  // For accounts that are billed by consumption only.
  { method: 'GET', path: '/catalogue/prices', since: 'v2.5', answer: () => accessDenied() },
];
