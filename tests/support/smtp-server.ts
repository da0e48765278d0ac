import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

export interface ReceivedMail {
  from: string;
  to: string;
  headers: Record<string, string>;
  /** The leaves of the message, decoded. */
  parts: { headers: Record<string, string>; type: string; content: Buffer }[];
}

/** Answers that replace the ordinary one, by the command that they answer. */
export type SmtpFaults = Partial<Record<'AUTH' | 'MAIL' | 'RCPT' | 'DATA', string>>;

/** A mail server on loopback, with as much of SMTP as one message takes. */
export async function startSmtpServer() {
  const received: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let faults: SmtpFaults = {};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let [from, to, text, isData] = ['', '', '', false];
    const answer = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string) => {
      const command = line.slice(0, 4).toUpperCase();
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      if (command === 'MAIL') from = address;
      if (command === 'RCPT') to = address;
      if (command === 'AUTH' || command === 'MAIL' || command === 'RCPT' || command === 'DATA') {
        const fault = faults[command];
        if (fault !== undefined) return answer(fault.replace('%s', address));
      }
      if (command === 'DATA') isData = true;
      const answers: Record<string, string> = {
        EHLO: '250-mail.test\r\n250 AUTH PLAIN',
        AUTH: '235 welcome',
        DATA: '354 go on',
        QUIT: '221 bye',
      };
      return answer(answers[command] ?? '250 ok');
    };
    answer('220 mail.test');
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (!isData) take(line);
        else if (line === '.') {
          received.push({ from, to, ...readMessage(text) });
          [text, isData] = ['', false];
          answer('250 taken');
        } else text += `${line.replace(/^\.\./, '.')}\r\n`;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    fail: (wanted: SmtpFaults) => void (faults = wanted),
    mailTo: async (address: string) => {
      const mails = await until(
        async () => received.filter(({ to }) => to === address),
        (found) => found.length > 0,
      );
      const [mail] = mails;
      if (mail === undefined || mails.length > 1) throw new Error(`${mails.length} messages came to ${address}`);
      return mail;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readMessage(source: string): Pick<ReceivedMail, 'headers' | 'parts'> {
  const [head = '', ...body] = source.split('\r\n\r\n');
  const headers = readHeaders(head);
  const text = body.join('\r\n\r\n');
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary !== undefined) {
    const inner = text.split(`--${boundary}`).slice(1, -1);
    return { headers, parts: inner.flatMap((part) => readMessage(part.replace(/^\r\n/, '')).parts) };
  }
  return { headers, parts: [{ headers, type, content: decode(text, headers['content-transfer-encoding'] ?? '7bit') }] };
}

function readHeaders(head: string): Record<string, string> {
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), decodeWords(line.replace(/^[^:]*:\s*/, ''))]),
  );
}

/** `=?UTF-8?B?…?=`, as RFC 2047 writes other letters than ours. */
function decodeWords(value: string): string {
  return value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString()
        : decode(text.replaceAll('_', ' '), 'quoted-printable').toString(),
    );
}

function decode(text: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(text, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(text, 'latin1');
  const bytes = text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([\dA-F]{2})/gi, (_whole, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
