export interface Visited {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** As much of a browser as signing in takes: cookies by origin, redirects, forms. */
export function createCookieJar() {
  const jars = new Map<string, Map<string, string>>();

  function keep(url: URL, headers: Headers): void {
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isGone = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line);
      if (isGone) jar.delete(name);
      else jar.set(name, value.join('='));
    }
  }

  /** One request, without following where it leads. */
  async function step(url: URL, form?: Readonly<Record<string, string>>): Promise<Response> {
    const cookies = [...(jars.get(url.origin) ?? [])].map((pair) => pair.join('='));
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        origin: url.origin,
        ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    keep(url, answer.headers);
    return answer;
  }

  return {
    step,
    /** Goes where it leads, unless `until` says that it is far enough. */
    async visit(
      address: string | URL,
      form?: Readonly<Record<string, string>>,
      until: (url: URL) => boolean = () => false,
    ): Promise<Visited> {
      let url = new URL(address);
      let answer = await step(url, form);
      for (let hop = 0; hop < 20; hop += 1) {
        const to = answer.headers.get('location');
        if (to === null) break;
        url = new URL(to, url);
        if (until(url)) break;
        answer = await step(url);
      }
      return { url, status: answer.status, text: await answer.text() };
    },
    cookie: (origin: string, name: string) => jars.get(origin)?.get(name),
  };
}
