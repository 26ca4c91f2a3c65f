/**
 * The stylesheet that a saved drawing carries: light, because it goes into reports, and without anything that is
 * fetched. Pages have theirs in `static/chart.css`.
 */
export const fileStyle = [
  'text,tspan{font:12px system-ui,sans-serif;fill:#1b2430}',
  'tspan.name{font-weight:600;font-size:13px}',
  '.box{fill:#fff;stroke:#566273}',
  '.system .box{fill:#eef1f5}',
  '.group .box,.missing .box,.ancestor .box{stroke-dasharray:5 4}',
  '.is-later .box{stroke-dasharray:2 3}',
  '.is-broken .box{stroke:#b3261e;stroke-width:3}',
  '.broken,.added{fill:#b3261e;font-weight:600}',
  '.signal{fill:#8a5200}',
  '.edges path{fill:none;stroke:#566273;stroke-width:1.4}',
  '.edges .is-weak{stroke-dasharray:6 4}',
  '.edges .alternative,.edges .action{stroke-dasharray:2 3}',
  '.edges .is-broken{stroke:#b3261e;stroke-width:2.4}',
  '.labels rect{fill:#fff}',
  '.labels text{font-size:11px;fill:#566273}',
  'marker path{fill:#566273}',
  '.arrow-broken path{fill:#b3261e}',
].join('\n');
