import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { type AppOptions, consoleApp, scoped } from './app.ts';
import { signInByProvider } from './auth/oidc.ts';
import { type SignInOptions, signIn } from './auth/sign-in.ts';
import { errorPage, notFound } from './errors.ts';
import { serveFiles } from './files.ts';
import { liveNews } from './live.ts';
import type { ConsoleApp } from './page.ts';
import { alertPages } from './pages/alert.ts';
import { alertsPage } from './pages/alerts.ts';
import { auditPages } from './pages/audit.ts';
import { backtestPages } from './pages/backtest.ts';
import { chainPages } from './pages/chain.ts';
import { deliveriesPages } from './pages/deliveries.ts';
import { detectorPages } from './pages/detector.ts';
import { detectorsPage } from './pages/detectors.ts';
import { endPages } from './pages/end.ts';
import { healthPages } from './pages/health.ts';
import { huntPages } from './pages/hunt.ts';
import { incidentPages } from './pages/incident.ts';
import { incidentsPage } from './pages/incidents.ts';
import { overviewPage } from './pages/overview.ts';
import { planPages } from './pages/plan.ts';
import { policyPage } from './pages/policy.ts';
import { principalPages } from './pages/principal.ts';
import { responsePages } from './pages/response.ts';
import { responsesPage } from './pages/responses.ts';
import { searchPage } from './pages/search.ts';
import { tokenPages } from './pages/token.ts';

export type ConsoleOptions = AppOptions & SignInOptions;

const pages: readonly ((app: ConsoleApp) => void)[] = [
  alertPages,
  alertsPage,
  auditPages,
  backtestPages,
  chainPages,
  deliveriesPages,
  detectorPages,
  detectorsPage,
  endPages,
  healthPages,
  huntPages,
  incidentPages,
  incidentsPage,
  overviewPage,
  planPages,
  policyPage,
  principalPages,
  responsePages,
  responsesPage,
  searchPage,
  tokenPages,
];

/** The web console: pages over the HTTP API of the same process. */
export function consolePages(options: ConsoleOptions): FastifyPluginAsync {
  return scoped(async (app: FastifyInstance) => {
    await serveFiles(app);
    signIn(app, options);
    const { oidc } = options;
    if (oidc !== undefined) signInByProvider(app, { ...options, oidc });
    liveNews(app, options);
    const registered = consoleApp(app, options);
    for (const register of pages) register(registered);
    // Whatever else is asked for: the API's own addresses are more exact, and so come first.
    registered.page('/*', async () => errorPage(notFound()));
  });
}
