import { stripInvisible } from '@repo/core/text/untrusted';

/** Follows the light or dark setting of the browser. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: #d1242f; --soft: #bf8700; --good: #1a7f37; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1280px; padding: 0 1rem; }
h1.fail { color: var(--bad); } h1.warn, h1.unknown { color: var(--soft); } h1.pass { color: var(--good); }
.small { opacity: .75; } .number { text-align: right; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; } th.number { text-align: right; }
td, th { border-bottom: 1px solid var(--line); padding: .4rem .6rem; vertical-align: top; }
td.name { min-width: 16rem; overflow-wrap: anywhere; } td.name .small { display: block; } tr.fail { background: #d1242f14; } tr.warn { background: #bf870014; }
.trend { cursor: zoom-in; overflow: visible; } .trend text { display: none; font-size: 4px; fill: currentColor; }
.trend.large text { display: block; } .trend.large { position: fixed; inset: 10vh 5vw; width: 90vw; height: 80vh; padding: 1rem; box-sizing: border-box; background: Canvas; border: 1px solid var(--line); cursor: zoom-out; }
.trend polyline { fill: none; stroke: currentColor; stroke-width: 1; vector-effect: non-scaling-stroke; }
.trend circle { fill: currentColor; } .trend.large circle { r: 1px; } .trend.fail circle:last-child { fill: var(--bad); }
.trend .change { stroke: var(--bad); stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
`;

/** Filters rows, and enlarges a trend on a click. */
export const SCRIPT = `
const rows = [...document.querySelectorAll('tbody tr')];
document.getElementById('filter').addEventListener('input', ({ target }) => {
  const query = target.value.toLowerCase();
  for (const row of rows) {
    row.hidden = !(row.textContent + ' ' + row.className).toLowerCase().includes(query);
  }
});
for (const trend of document.querySelectorAll('.trend')) {
  const zoom = () => trend.classList.toggle('large');
  trend.addEventListener('click', zoom);
  trend.addEventListener('keydown', ({ key }) => key === 'Enter' && zoom());
}
`;

/** Escapes untrusted text for HTML content and attributes. */
export function escapeHtml(text: string): string {
  return stripInvisible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
