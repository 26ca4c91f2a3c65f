import { expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

const ann = { id: 'ann@example', kind: 'human' };

/** A mint as of now. */
function mint(id: string, source: string, token: object): object {
  const nowS = Math.floor(Date.now() / 1000);
  return {
    specversion: '1.0',
    id,
    source,
    type: 'io.chainwarden.token.issued.v1',
    time: new Date(nowS * 1000).toISOString(),
    data: {
      v: 1,
      type: 'token.issued',
      token,
      tokenKind: 'access_token',
      grant: 'authorization_code',
      subject: ann,
      scope: ['crm:read'],
      iat: nowS,
      exp: nowS + 3_600,
    },
  };
}

it('tells of a key that speaks for the issuer of another one, also after a crash', async () => {
  const data = temporaryFolder();
  const first = await startService(data);
  const admin = apiOf(first.address, first.adminKey ?? '');
  const keyOf = async (name: string, issuers: readonly string[]): Promise<string> => {
    const response = await fetch(`${first.address}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${first.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, role: 'publisher', issuers }),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { text: string }).text;
  };
  const as = apiOf(first.address, await keyOf('as', ['urn:as']));
  const crm = apiOf(first.address, await keyOf('crm', ['urn:crm']));

  expect(await as.publish([mint('own', 'urn:as', { iss: 'urn:as', jti: 'root' })])).toBe(202);
  // Named, it is refused; by digest alone there is no name to refuse.
  await crm.publish([mint('forged', 'urn:crm', { iss: 'urn:as', jti: 'forged' })]);
  await crm.publish([mint('forged', 'urn:crm', { iss: 'urn:as', jti: 'forged' })]);
  const hash = `sha256:${'A'.repeat(43)}`;
  expect(await crm.publish([mint('digest', 'urn:as', { hash })])).toBe(202);

  const said = async (api = admin) =>
    (await api.alerts()).map(({ kind, detector, facts, title }) => ({
      kind,
      detector,
      facts: [...facts].sort(),
      title,
    }));
  // One publisher, one issuer, one alert: what was refused stands beside what was not.
  const expected = [
    {
      kind: 'alert',
      detector: 'foreign-publisher',
      facts: ['spoke-for-foreign-issuer', 'tried-foreign-issuer'],
      title: 'crm reported a token of urn:as, for which it may not speak',
    },
  ];
  await until('both are told', async () => (await said())[0]?.facts.length === 2);
  expect(await said()).toEqual(expected);
  expect((await admin.deadLetters()).map(({ code }) => code)).toContain('EVENT_ISSUER_FORBIDDEN');

  await first.end('SIGKILL');
  const second = await startService(data);
  const again = apiOf(second.address, first.adminKey ?? '');
  await until('it has caught up', async () => (await again.alerts()).length > 0);
  expect(await said(again)).toEqual(expected);
  await second.end();
});
