import { randomBytes } from 'node:crypto';
import type { News, NewsSink, NewsSource, NumberedNews } from '../domain/news.ts';

/** Enough for a browser that was gone for a minute; whoever missed more looks at everything again. */
const NEWS_KEPT_MAX = 1_000;
/** Beyond this many of one kind at once the kind alone is told: a page is read again, not patched. */
const NAMED_AT_ONCE_MAX = 50;

type Follower = (news: readonly NumberedNews[]) => void;

/** Tells followers of one process what changed, and keeps the latest for those that come back. */
export function createNews(): NewsSink & NewsSource {
  // The next process counts anew: what an earlier one numbered is not mistaken for its own.
  const process = randomBytes(6).toString('base64url');
  const followers = new Map<symbol, { readonly tenant: string; readonly hear: Follower }>();
  let kept: readonly NumberedNews[] = [];
  let last = 0;

  const isFor =
    (tenant: string) =>
    (news: News): boolean =>
      news.tenant === undefined || news.tenant === tenant;

  function since(tenant: string, after: string): readonly NumberedNews[] | undefined {
    const [whose, count] = after.split('.');
    const heard = Number(count);
    const isKnown = whose === process && heard <= last && last - heard <= kept.length;
    return isKnown ? kept.slice(kept.length - (last - heard)).filter(isFor(tenant)) : undefined;
  }

  return {
    tell(news) {
      const numbered = summarized(news).map((one) => {
        last += 1;
        return { ...one, at: `${process}.${last}` };
      });
      kept = [...kept, ...numbered].slice(-NEWS_KEPT_MAX);
      for (const { tenant, hear } of followers.values()) {
        const own = numbered.filter(isFor(tenant));
        if (own.length > 0) hear(own);
      }
    },
    follow(tenant, after, hear) {
      const name = Symbol(tenant);
      followers.set(name, { tenant, hear });
      return {
        missed: after === undefined ? [] : since(tenant, after),
        stop: () => void followers.delete(name),
      };
    },
  };
}

/** Each thing once, as it is now; of very many of one kind the kind alone. */
function summarized(news: readonly News[]): readonly News[] {
  const byKind = new Map<string, Map<string | undefined, News>>();
  for (const one of news) {
    const kind = JSON.stringify([one.topic, one.tenant]);
    const things = byKind.get(kind) ?? new Map<string | undefined, News>();
    things.set(one.id, one);
    byKind.set(kind, things);
  }
  return [...byKind.values()].flatMap((things) => {
    const all = [...things.values()];
    const [first] = all;
    return all.length <= NAMED_AT_ONCE_MAX || first === undefined
      ? all
      : [{ topic: first.topic, tenant: first.tenant }];
  });
}
