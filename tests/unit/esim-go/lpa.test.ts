import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { androidInstallUrl, appleInstallUrl, lpaString } from '../../../lib/esim-go/lpa.ts';

const LPA = 'LPA:1$rsp-0000.example.io$AAAAA-BBBBB-CCCCC-DDDDD';

describe('lpaString', () => {
  it.each([
    'rsp-0000.example.io',
    'http://rsp-0000.example.io',
    'HTTPS://rsp-0000.example.io/',
    ' rsp-0000.example.io// ',
  ])('takes the bare host from "%s"', (smdpAddress) => {
    expect(lpaString(smdpAddress, 'AAAAA-BBBBB-CCCCC-DDDDD')).toBe(LPA);
  });

  it('gives back the host and the matching ID it was built from', () => {
    const host = fc.domain();
    const code = fc.stringMatching(/^[A-Z0-9-]{1,36}$/);
    const scheme = fc.constantFrom('', 'http://', 'https://');
    fc.assert(
      fc.property(scheme, host, fc.constantFrom('', '/'), code, (before, smdp, after, matchingId) => {
        expect(lpaString(before + smdp + after, matchingId).split('$')).toEqual(['LPA:1', smdp, matchingId]);
      }),
    );
  });

  it.each([
    ['', 'AAAAA'],
    ['https://', 'AAAAA'],
    ['rsp.example.io', ''],
    ['rsp.example.io$x', 'AAAAA'],
    ['rsp.example.io', 'AA$AA'],
    ['rsp example.io', 'AAAAA'],
  ])('refuses host "%s" with code "%s"', (host, code) => {
    expect(() => lpaString(host, code)).toThrow(TypeError);
  });
});

describe('install links', () => {
  it('carry the activation code the way both platforms document it', () => {
    expect(appleInstallUrl(LPA)).toBe(`https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${LPA}`);
    expect(androidInstallUrl(LPA)).toBe(`https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${LPA}`);
  });

  it('carry one parameter only, whatever the code holds', () => {
    const url = new URL(appleInstallUrl('LPA:1$rsp.example.io$A&b=c#d e'));
    expect([...url.searchParams]).toEqual([['carddata', 'LPA:1$rsp.example.io$A&b=c#d e']]);
    expect(url.hash).toBe('');
  });
});
