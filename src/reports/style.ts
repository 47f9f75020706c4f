/** The look of the page: dark text on light, readable on a phone and on paper; no font, image or script is fetched. */
export const STYLE = `
:root { color-scheme: light; --ink: #1f2933; --quiet: #5f6b76; --line: #dde2e6; --accent: #005a8c; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.55 "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 1040px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
.subtitle { color: var(--quiet); margin: 6px 0 22px; }
h2 { font-size: 1.3rem; margin: 52px 0 12px; padding-top: 18px; border-top: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 28px 0 8px; }
p, ul { margin: 12px 0; max-width: 78ch; overflow-wrap: anywhere; }
li { margin: 6px 0; }
.lead { font-size: 1.3rem; line-height: 1.45; margin: 18px 0 14px; }
.note, .quiet { color: var(--quiet); }
.note { font-size: 0.9rem; }
.quiet { font-weight: 400; white-space: nowrap; }
.lead .quiet, p .quiet, li .quiet { color: inherit; }
.notice { border-left: 4px solid #b45309; background: #fff7ed; padding: 12px 16px; }
.notice.information { border-color: var(--accent); background: #f0f7fb; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 14px; margin: 24px 0 8px; }
.tiles div { border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.tiles dt { color: var(--quiet); font-size: 0.88rem; }
.tiles dd { margin: 2px 0 0; font-size: 1.75rem; font-weight: 600; line-height: 1.25; }
.tiles small { display: block; font-size: 0.88rem; font-weight: 400; color: var(--quiet); }
nav { margin: 22px 0 0; font-size: 0.95rem; }
nav li { margin: 0; }
nav ol { display: flex; flex-wrap: wrap; gap: 4px 20px; list-style: none; padding: 0; margin: 0; }
a { color: var(--accent); }
.table { overflow-x: auto; margin: 16px 0 22px; }
table { border-collapse: collapse; font-size: 0.9rem; min-width: 50%; }
caption { text-align: left; color: var(--quiet); font-size: 0.88rem; padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); max-width: 46ch; overflow-wrap: break-word; }
th { font-weight: 600; border-bottom: 1.5px solid var(--quiet); vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.strong td { font-weight: 600; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; border: 1px solid var(--quiet); border-radius: 2px; margin-right: 0.5em; }
figure { margin: 20px 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; min-width: min(560px, 100vw); height: auto; }
footer { color: var(--quiet); font-size: 0.85rem; padding: 28px 24px 40px; }
@media (max-width: 640px) { header, main, footer { padding-left: 16px; padding-right: 16px; } .lead { font-size: 1.12rem; } h1 { font-size: 1.4rem; } }
@media print { body { font-size: 10.5pt; } h2 { break-after: avoid; } figure, tr, .tiles div, .notice { break-inside: avoid; } nav { display: none; } .table { overflow: visible; } header, main, footer { max-width: none; padding-left: 0; padding-right: 0; } }
`;
