import { human, type Party, secretOf } from './cast.ts';
import { EXCHANGE } from './exchange.ts';
import type { AuthorizationServer } from './server.ts';
import { SIGN_IN } from './sign-in.ts';

export interface Granted {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly scope: string;
}

/** One of the parties, talking to the authorization server as anybody would. Refusals throw, with its error. */
export interface AgentClient {
  signIn(scope: string): Promise<Granted>;
  exchange(subjectToken: string, scope: string): Promise<Granted>;
  refresh(refreshToken: string): Promise<Granted>;
  isActive(token: string): Promise<boolean>;
  revoke(token: string): Promise<number>;
}

export function createAgentClient(server: AuthorizationServer, party: Pick<Party, 'clientId'>): AgentClient {
  const credentials = Buffer.from(`${party.clientId}:${secretOf(party)}`).toString('base64');

  function post(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const headers = { authorization: `Basic ${credentials}` };
    return fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  }

  async function grant(form: Readonly<Record<string, string>>): Promise<Granted> {
    const response = await post(server.token, form);
    const answer = (await response.json()) as Record<string, string | undefined>;
    if (!response.ok) throw new Error(`${answer['error']}: ${answer['error_description']}`);
    return {
      accessToken: answer['access_token'] ?? '',
      refreshToken: answer['refresh_token'],
      scope: answer['scope'] ?? '',
    };
  }

  return {
    signIn: (scope) => grant({ grant_type: SIGN_IN, account: human.id, scope }),
    exchange: (subjectToken, scope) =>
      grant({
        grant_type: EXCHANGE,
        subject_token: subjectToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        scope,
      }),
    refresh: (refreshToken) => grant({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    async isActive(token) {
      const answer = (await (await post(server.introspection, { token })).json()) as { active: boolean };
      return answer.active;
    },
    async revoke(token) {
      const response = await post(server.revocation, { token });
      await response.text();
      return response.status;
    },
  };
}
