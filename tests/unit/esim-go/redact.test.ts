import { describe, expect, it } from 'vitest';
import { redactPath, redactText } from '../../../lib/esim-go/redact.ts';
import { anEsimWire, anOrganisationWire } from '../../support/esim-go-samples.ts';

describe('redactPath', () => {
  it('keeps the last four digits of an ICCID and drops the query', () => {
    expect(redactPath('/esims/8943100000000000017/bundles?filter=ord_42')).toBe('/esims/…0017/bundles');
  });

  it('leaves order references and bundle names alone', () => {
    const path = '/orders/00000000-1111-4222-8333-444444444444';
    expect(redactPath(path)).toBe(path);
  });
});

describe('redactText', () => {
  it('removes the key, also where the cut goes through it', () => {
    expect(redactText('bad key sk-not-real', 'sk-not-real')).toBe('bad key [key]');
    expect(redactText(`${'x'.repeat(195)}sk-not-real`, 'sk-not-real')).toBe(`${'x'.repeat(195)}[key]`);
  });

  it('removes keys and names from an organisation', () => {
    const text = redactText(JSON.stringify({ organisations: [anOrganisationWire()] }), 'k-not-in-there', 2000);
    expect(text).not.toMatch(/organisation-key|Ann|ann@example/);
    expect(text).toContain('"balance":996.5555');
  });

  it('removes what installs or identifies an eSIM', () => {
    const text = redactText(`${JSON.stringify(anEsimWire())} LPA:1$rsp.example.io$AAAAA-BBBBB`, 'k-not-in-there', 2000);
    expect(text).not.toMatch(/AAAAA|12345678|89431/);
  });

  it('is never longer than two hundred characters', () => {
    expect(redactText('x'.repeat(5000), 'k-not-in-there')).toHaveLength(200);
  });
});
