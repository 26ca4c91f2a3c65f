/** What comes in too large a number: calls under one token, roots of their own, or a token for every call. */
export const floodShapes = ['hot', 'roots', 'hops'] as const;
export type FloodShape = (typeof floodShapes)[number];

const iss = 'https://flood.example';
const agent = { id: 'agent:flood', kind: 'agent', iss };
const owner = { id: 'robin', kind: 'human', iss };
const LIFETIME_SECONDS = 3_600;

/** So many events of one shape, a millisecond apart, from a time on; the same arguments give the same events. */
export function* flood(shape: FloodShape, count: number, startMs: number): Generator<object> {
  const event = (index: number, data: Readonly<Record<string, unknown>> & { readonly type: string }) => ({
    specversion: '1.0',
    id: `${shape}-${index}`,
    source: iss,
    type: `org.chainwarden.${data.type}.v1`,
    time: new Date(startMs + index).toISOString(),
    datacontenttype: 'application/json',
    data: { v: 1, ...data },
  });
  const lifeOf = (index: number) => {
    const iat = Math.floor((startMs + index) / 1_000);
    return { iat, exp: iat + LIFETIME_SECONDS };
  };
  const root = (index: number, jti: string) =>
    event(index, {
      type: 'token.issued',
      token: { iss, jti },
      tokenKind: 'access',
      grant: 'authorization_code',
      subject: owner,
      scope: ['mail.read'],
      ...lifeOf(index),
    });
  const call = (index: number, jti: string) =>
    event(index, {
      type: 'tool.invoked',
      callId: `${shape}-call-${index}`,
      token: { iss, jti },
      actor: agent,
      tool: { name: `tool-${index % 10}` },
      effect: 'read',
    });
  const hop = (index: number) =>
    event(index, {
      type: 'token.exchanged',
      token: { iss, jti: `hops-${index}` },
      tokenKind: 'access',
      grant: 'token_exchange',
      subject: owner,
      actor: agent,
      parents: [{ iss, jti: 'hops-root' }],
      scope: ['mail.read'],
      ...lifeOf(index),
    });

  if (shape !== 'roots') yield root(0, `${shape}-root`);
  for (let index = shape === 'roots' ? 0 : 1; index < count; index += 1) {
    if (shape === 'hot') yield call(index, 'hot-root');
    else yield shape === 'roots' ? root(index, `roots-${index}`) : hop(index);
  }
}
