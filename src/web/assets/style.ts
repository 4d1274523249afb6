/** System fonts, one accent color, light and dark, 360 px and wider. */
export const STYLE = `:root {
  color-scheme: light dark;
  --back: #f7f8f8; --surface: #ffffff; --raised: #fbfcfc;
  --text: #16201f; --muted: #586765; --faint: #71807e;
  --line: #dde3e2; --line-strong: #c3cdcb;
  --accent: #0f766e; --accent-strong: #0b5f59; --accent-back: #e3f3f1; --on-accent: #ffffff;
  --red: #b42318; --red-back: #fdeceb; --amber: #8f5200; --amber-back: #fdf1dd;
  --blue: #2456a6; --blue-back: #e8effb; --gray-back: #edf0f0;
  --dot-red: #d92d20; --dot-amber: #e08a00; --dot-blue: #3b7ddd; --dot-gray: #a3aeac; --dot-green: #17a673;
  --chart-delivered: #0f8a80; --chart-duplicate: #8ccdc6; --chart-pending: #4f86d9;
  --chart-held: #e6ab3f; --chart-rejected: #d6493d; --chart-skipped: #c5cdcc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1514; --surface: #161e1d; --raised: #1a2423;
    --text: #e6edec; --muted: #a3b1af; --faint: #8b9a98;
    --line: #28332f; --line-strong: #3b4946;
    --accent: #5ec9bf; --accent-strong: #86dbd3; --accent-back: #16322f; --on-accent: #06201d;
    --red: #ff9d93; --red-back: #3a1a17; --amber: #f2bd63; --amber-back: #35270d;
    --blue: #9dc1f7; --blue-back: #182843; --gray-back: #232d2c;
    --dot-red: #f0574a; --dot-amber: #eda12c; --dot-blue: #5b97ec; --dot-gray: #7a8886; --dot-green: #35c38f;
    --chart-delivered: #35a79c; --chart-duplicate: #1f5f59; --chart-pending: #5b8fdd;
    --chart-held: #d9a03a; --chart-rejected: #e35d51; --chart-skipped: #46524f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
h1 { text-wrap: balance; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.012em; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 0.9375rem; font-weight: 650; }
a { color: var(--accent-strong); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875em; }
code { background: var(--gray-back); border-radius: 4px; padding: 0.1em 0.35em; overflow-wrap: anywhere; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
p code, li code { display: inline-block; max-width: 100%; padding-top: 0; padding-bottom: 0; }
pre code { background: none; padding: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip-link { position: absolute; left: 0.5rem; top: -4rem; background: var(--surface); padding: 0.5rem 0.75rem; z-index: 2; }
.skip-link:focus { top: 0.5rem; }
.muted, .unit { color: var(--muted); }
.unit { font-weight: 400; }
.hint { color: var(--muted); font-size: 0.875rem; }
.lead { color: var(--muted); margin-top: 0.25rem; }
.eyebrow { color: var(--muted); font-size: 0.875rem; margin-bottom: 0.25rem; }
.num { text-align: right; }

.bar { background: var(--surface); border-bottom: 1px solid var(--line); }
.bar-inner, main { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
.bar-inner { display: flex; align-items: center; gap: 0.75rem 1.5rem; min-height: 3.5rem; flex-wrap: wrap; padding-top: 0.5rem; padding-bottom: 0.5rem; }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; color: var(--text); font-weight: 700; letter-spacing: -0.01em; text-decoration: none; }
.brand-mark { width: 1.25rem; height: 1.25rem; background: url(/assets/icon.svg) center/contain no-repeat; }
.bar nav { display: flex; gap: 1rem; }
.bar nav a { color: var(--text); text-decoration: none; padding: 0.25rem 0; }
.bar nav a:hover { text-decoration: underline; }
.search { display: flex; gap: 0.5rem; flex: 1 1 16rem; max-width: 34rem; margin-left: auto; }
main { padding-top: 2rem; padding-bottom: 4rem; }

input, select, button { font: inherit; color: inherit; min-height: 2.25rem; border-radius: 6px; border: 1px solid var(--line-strong); background: var(--surface); padding: 0.25rem 0.625rem; }
input { width: 100%; min-width: 0; }
input::placeholder { color: var(--faint); opacity: 1; }
button { cursor: pointer; font-weight: 550; white-space: nowrap; background: var(--raised); }
button:hover { border-color: var(--accent); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-strong); }
.quiet { background: none; }

.table-frame { margin-top: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.panel .table-frame { margin-top: 0.75rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 0.5625rem 0.875rem; vertical-align: baseline; }
th.num, td.num { text-align: right; }
thead th { color: var(--muted); font-size: 0.8125rem; font-weight: 550; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
tbody tr + tr:not(.remedy) > * { border-top: 1px solid var(--line); }
.remedy td { padding-top: 0; padding-bottom: 0.75rem; }
.health { white-space: nowrap; }
h1 .health { font-size: 0.9375rem; font-weight: 500; letter-spacing: 0; margin-left: 0.5rem; }
.light { display: inline-block; width: 0.625rem; height: 0.625rem; border-radius: 50%; margin-right: 0.5rem; }
.light-red { background: var(--dot-red); } .light-amber { background: var(--dot-amber); }
.light-blue { background: var(--dot-blue); } .light-gray { background: var(--dot-gray); }
.light-green { background: var(--dot-green); }
.zero { color: var(--faint); } .count { font-weight: 600; }
time { white-space: nowrap; }
.events time, .cards time { color: inherit; }
.why { color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
.person { overflow-wrap: anywhere; display: block; }
.unbroken { white-space: nowrap; }
.events .badge + .why { margin-left: 0.25rem; }
@media (min-width: 66rem) {
  .events { table-layout: fixed; }
  .events thead th:first-child { width: 24%; } .events thead .of-time { width: 9%; } .events thead .of-tenant { width: 10%; }
  .events thead .of-state { width: 17%; }
}

.badge { display: inline-block; border-radius: 999px; padding: 0.0625rem 0.5625rem; font-size: 0.8125rem; font-weight: 600; background: var(--gray-back); color: var(--muted); letter-spacing: 0; }
h1 .badge { vertical-align: 0.2em; margin-left: 0.25rem; }
.state-delivered, .state-duplicate, .outcome-ok { background: var(--accent-back); color: var(--accent-strong); }
.state-rejected, .outcome-failed, .outcome-died { background: var(--red-back); color: var(--red); }
.state-held, .outcome-partial { background: var(--amber-back); color: var(--amber); }
.state-pending, .outcome-running { background: var(--blue-back); color: var(--blue); }

.panels { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem; margin-top: 1.25rem; align-items: start; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1.125rem 1.25rem; margin-top: 1.25rem; min-width: 0; }
.panels .panel { margin-top: 0; height: 100%; }
.panel.wide { grid-column: span 2; }
.panel h2 + * { margin-top: 0.375rem; }
.panel > * + h2 { margin-top: 1.25rem; }
.chart { display: block; width: 100%; height: auto; margin-top: 0.75rem; overflow: visible; }
.chart .grid { stroke: var(--line); stroke-width: 1; } .tick { fill: var(--muted); font-size: 11px; } .day { dominant-baseline: hanging; }
.fill-delivered { fill: var(--chart-delivered); } .fill-duplicate { fill: var(--chart-duplicate); }
.fill-pending { fill: var(--chart-pending); } .fill-held { fill: var(--chart-held); }
.fill-rejected { fill: var(--chart-rejected); } .fill-skipped { fill: var(--chart-skipped); }
.back-delivered { background: var(--chart-delivered); } .back-duplicate { background: var(--chart-duplicate); }
.back-pending { background: var(--chart-pending); } .back-held { background: var(--chart-held); }
.back-rejected { background: var(--chart-rejected); } .back-skipped { background: var(--chart-skipped); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin-top: 0.5rem; font-size: 0.8125rem; color: var(--muted); }
.swatch { display: inline-block; width: 0.625rem; height: 0.625rem; border-radius: 2px; margin-right: 0.375rem; }
.meters { list-style: none; display: grid; gap: 0.875rem; }
.panel .meters { margin-top: 0.875rem; }
.meter-head { display: flex; justify-content: space-between; gap: 1rem; overflow-wrap: anywhere; }
.meter { display: block; width: 100%; height: 0.375rem; border-radius: 999px; margin-top: 0.25rem; }
.meter-back { fill: var(--gray-back); } .meter-used { fill: var(--accent); } .meter-full { fill: var(--dot-amber); }

.tiles { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); margin-top: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.tiles > div { padding: 0.75rem 1.25rem; } .tiles > div + div { border-left: 1px solid var(--line); }
.tiles dt { color: var(--muted); font-size: 0.8125rem; } .tiles dd { font-size: 1.375rem; line-height: 1.3; }
.stream { font-weight: 400; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.8125rem; }

.summary, .attention { margin-top: 0.75rem; max-width: 46rem; font-size: 1.125rem; line-height: 1.5; text-wrap: pretty; overflow-wrap: anywhere; border-left: 3px solid var(--accent); padding-left: 1rem; }
.attention { border-color: var(--dot-amber); }
.story { display: grid; gap: 0.5rem; overflow-wrap: anywhere; text-wrap: pretty; }
.panel h2 + .story, .panel h2 + .chart { margin-top: 0.625rem; }
.ref { color: var(--muted); font-size: 0.8125rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1.25rem; margin-top: 1.25rem; }
.columns .panel { margin-top: 0; }
.sentences { padding-left: 1.1rem; display: grid; gap: 0.25rem; max-width: 46rem; margin-top: 0.5rem; overflow-wrap: anywhere; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.625rem; margin-top: 1.25rem; }
.notice-line { background: var(--accent-back); color: var(--accent-strong); border-radius: 8px; padding: 0.625rem 1rem; margin-bottom: 1.25rem; }
.timeline { list-style: none; margin-top: 0.75rem; }
.timeline li { position: relative; padding: 0 0 1rem 1.375rem; }
.timeline li::before { content: ""; position: absolute; left: 0; top: 0.4rem; width: 0.625rem; height: 0.625rem; border-radius: 50%; background: var(--dot-green); }
.timeline li::after { content: ""; position: absolute; left: 0.28rem; top: 1.2rem; bottom: -0.2rem; width: 1px; background: var(--line-strong); }
.timeline li:last-child { padding-bottom: 0; } .timeline li:last-child::after { display: none; }
.timeline .step-problem::before { background: var(--dot-red); } .timeline .step-open::before { background: var(--surface); border: 2px solid var(--dot-blue); }
.step-title { font-weight: 600; } .timeline p { font-size: 0.875rem; } .timeline .step-title { font-size: 0.9375rem; }
.step-detail { overflow-wrap: anywhere; }
.timeline time .muted::before { content: "· "; }
.facts > div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 1rem; padding: 0.5rem 0; }
.facts > div + div { border-top: 1px solid var(--line); } .facts dt { color: var(--muted); }
.facts dd { overflow-wrap: anywhere; } .line { display: block; } .id { font-size: 0.8125rem; }
.body { margin-top: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.body summary { cursor: pointer; padding: 0.75rem 1.25rem; font-weight: 600; }
.body pre { margin: 0; padding: 0 1.25rem 1.25rem; overflow-x: auto; line-height: 1.45; }

.filter { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem; margin-top: 1rem; }
.field label, .login label { display: block; color: var(--muted); font-size: 0.8125rem; margin-bottom: 0.1875rem; }
.field.grow { flex: 1 1 12rem; } .field select { min-width: 8.5rem; max-width: 100%; }
.clear { align-self: center; }
.pages { display: flex; gap: 1.5rem; margin-top: 1rem; }
.empty { margin-top: 1rem; padding: 1.5rem; border: 1px dashed var(--line-strong); border-radius: 10px; color: var(--muted); }
.login, .notice { max-width: 26rem; margin: 10vh auto 0; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 2rem; display: grid; gap: 0.875rem; }
.login form { display: grid; gap: 0.75rem; } .login label { margin-bottom: -0.5rem; }
.problem { color: var(--red); background: var(--red-back); border-radius: 6px; padding: 0.5rem 0.75rem; }

@media (max-width: 52rem) {
  .bar-inner, main { padding-left: 1rem; padding-right: 1rem; }
  .search { order: 3; flex-basis: 100%; max-width: none; margin-left: 0; }
  main { padding-top: 1.25rem; }
  .panels { grid-template-columns: minmax(0, 1fr); } .panel.wide { grid-column: auto; }
  .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .tiles > div { padding: 0.625rem 0.875rem; } .tiles > div:nth-child(4) { border-left: 0; }
  .tiles > div:nth-child(n + 4) { border-top: 1px solid var(--line); }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block; }
  .cards tr { padding: 0.625rem 0.875rem; } .cards tr + tr:not(.remedy) { border-top: 1px solid var(--line); }
  .cards tbody tr > *, .cards tbody tr + tr > * { border: 0 !important; padding: 0.125rem 0; width: auto !important; max-width: none !important; text-align: left; }
  .cards tbody tr > td[data-label] { position: relative; padding-left: 8rem; overflow-wrap: anywhere; min-height: 1.75rem; }
  .cards td[data-label]::before { content: attr(data-label); position: absolute; left: 0; color: var(--muted); font-size: 0.875rem; line-height: 1.625rem; }
  .cards .has-remedy { padding-bottom: 0; } .cards .remedy { padding-top: 0.25rem; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .filter .field { flex: 1 1 9rem; } .filter select { width: 100%; min-width: 0; }
  .tick { font-size: 26px; }
}
@media print { .bar, .actions, .filter { display: none; } body { background: none; } }
`;
