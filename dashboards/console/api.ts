import type { FastifyInstance } from 'fastify';
import type * as z from 'zod';
import type { Problem as ProblemShape } from '../../src/serve/problem.ts';

type Problem = z.infer<typeof ProblemShape>;

/** The HTTP API as one person sees it: what they may not do there, no page can do for them. */
export interface Api {
  /** Rejects with `ApiProblem` for any answer but a success. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** The answer as it is, for downloads. */
  text(path: string): Promise<{ readonly type: string; readonly body: string }>;
}

/** What the API refused, and why (RFC 9457). */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** Within the process: nothing goes over the network, everything goes through the API's own checks. */
export function createApi(app: FastifyInstance, secret: string): Api {
  async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Session ${secret}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    if (answer.statusCode >= 400) throw new ApiProblem(answer.json<Problem>());
    return answer;
  }

  return {
    get: async <T>(path: string) => (await ask('GET', path)).json<T>(),
    async post<T>(path: string, body: unknown) {
      const answer = await ask('POST', path, body);
      return (answer.body === '' ? undefined : answer.json<T>()) as T;
    },
    delete: async <T>(path: string) => (await ask('DELETE', path)).json<T>(),
    async text(path) {
      const { headers, body } = await ask('GET', path);
      return { type: String(headers['content-type'] ?? 'text/plain'), body };
    },
  };
}

/** A path of the API with its parameters; absent ones are left out. */
export function pathOf(
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}
