import { codesByStatus } from './document.ts';
import { OPERATIONS, type Access, type Operation } from './operations.ts';
import { componentSchemas, type JsonSchema } from './schemas.ts';

const ACCESS: Record<Access, string> = {
  anyone: 'anyone',
  user: 'the user: Authorization: tma <initData>',
  cron: 'Authorization: Bearer <CRON_SECRET>',
  esimGo: 'eSIM Go: X-Signature-SHA256',
  telegram: 'Telegram: X-Telegram-Bot-Api-Secret-Token',
};

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1.5rem}
h2{margin-top:2.5rem;border-top:1px solid #8884;padding-top:1.5rem}
h3{margin:1rem 0 .25rem;font-size:1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:#8881;padding:.75rem;overflow:auto;border-radius:6px}
table{border-collapse:collapse;width:100%}
td,th{text-align:start;vertical-align:top;padding:.25rem .75rem .25rem 0}
nav ul{columns:2 20rem;padding-left:1.2rem}
.method{font-weight:600;text-transform:uppercase}
`.trim();

/** The reference as one page that asks nobody for anything: it also works from the disk. */
export function referencePage(): string {
  const schemas = componentSchemas();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of the eSIM shop</title>
<style>
${STYLE}
</style>
</head>
<body>
<h1>API of the eSIM shop</h1>
<p>All JSON, in snake_case. Times are RFC 3339, Stars are whole numbers, dollars are decimal strings. Failures are <code>{"error": {"code", "request_id", "details"?}}</code>. The same as a document for machines: <a href="openapi.json">openapi.json</a>.</p>
<nav><ul>
${OPERATIONS.map(({ id, method, path }) => `<li><a href="#${id}"><span class="method">${method}</span> ${escape(path)}</a></li>`).join('\n')}
</ul></nav>
${OPERATIONS.map(section).join('\n')}
<h2 id="schemas">Schemas</h2>
${Object.entries(schemas).map(schemaBlock).join('\n')}
</body>
</html>
`;
}

function section(operation: Operation): string {
  const { id, method, path, summary, description, access, parameters = [], body, answers, errors } = operation;
  const rows = (cells: readonly string[][]): string =>
    `<table>\n${cells.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}\n</table>`;
  const parts = [
    `<h2 id="${id}"><code><span class="method">${method}</span> ${escape(path)}</code></h2>`,
    `<p>${prose(summary)}. For ${escape(ACCESS[access])}.</p>`,
    ...(description === undefined ? [] : [`<p>${prose(description)}</p>`]),
  ];
  if (parameters.length > 0) {
    parts.push(
      '<h3>Parameters</h3>',
      rows(
        parameters.map(({ name, in: place, required, description: what }) => [
          `<code>${escape(name)}</code>`,
          `${place}${required ? ', required' : ''}`,
          prose(what),
        ]),
      ),
    );
  }
  if (body !== undefined) parts.push('<h3>Body</h3>', `<p>${link(body)}</p>`);
  parts.push(
    '<h3>Answers</h3>',
    rows([
      ...Object.entries(answers).map(([status, { what, schemas }]) => [
        status,
        `${prose(what)}${schemas.length === 0 ? '' : `: ${schemas.map(link).join(' or ')}`}`,
      ]),
      ...[...codesByStatus(errors)].map(([status, codes]) => [
        String(status),
        codes.map((code) => `<code>${code}</code>`).join(', '),
      ]),
    ]),
  );
  return parts.join('\n');
}

function schemaBlock([name, schema]: [string, JsonSchema]): string {
  const text = escape(JSON.stringify(schema, null, 2)).replace(
    /#\/components\/schemas\/(\w+)/g,
    '<a href="#schema-$1">$1</a>',
  );
  return `<details id="schema-${name}"><summary><code>${name}</code></summary><pre>${text}</pre></details>`;
}

function link(name: string): string {
  return `<a href="#schema-${name}"><code>${name}</code></a>`;
}

function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
