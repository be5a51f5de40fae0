"""The style sheet of a report; it stands in the report, which has to be one file."""

STYLE = """
:root { --paper: #fff; --ink: #1d2733; --faint: #5d6b7a; --line: #d5dbe1; --good: #1a7f37; --bad: #b3261e;
  --none: #8a96a3; --accent: #1e50c8; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f5f7; color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 32px 0 8px; }
h3 { font-size: 14px; margin: 0; overflow-wrap: anywhere; }
p, figcaption { color: var(--faint); margin: 6px 0; max-width: 80ch; }
nav { margin: 10px 0 14px; }
nav a { margin-right: 14px; color: var(--accent); }
section.panel, figure, .card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
section.panel { padding: 14px 18px; overflow-x: auto; }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px;
  margin-top: 16px; align-items: start; }
.side h2 { margin-top: 0; }
.triple { display: flex; height: 26px; border-radius: 5px; overflow: hidden; background: var(--line); }
.triple span { display: block; }
.triple .correct, .key .correct::before { background: var(--good); }
.triple .error, .key .error::before { background: var(--bad); }
.triple .rejected, .key .rejected::before { background: var(--none); }
.key { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 10px 0 0; padding: 0; list-style: none; }
.key b { font-size: 22px; font-variant-numeric: tabular-nums; }
.key li::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 3px;
  margin-right: 7px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; font-weight: normal;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: 13px; }
.facts th { color: var(--faint); white-space: nowrap; }
.times { width: 100%; }
.times th, .times td { white-space: nowrap; }
.times td:last-child { width: 65%; padding-right: 0; }
.bar { display: block; height: 12px; margin-top: 5px; background: var(--accent); border-radius: 2px; }
.matrix th, .matrix td { text-align: center; padding: 4px 7px; min-width: 30px;
  border: 1px solid var(--line); }
.matrix thead th, .matrix tbody th { font-weight: 600; color: var(--ink); }
.matrix .same { background: #e8efe9; color: var(--faint); }
.list { width: 100%; background: var(--paper); font-size: 13px; }
figure { margin: 0; padding: 14px 18px; }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 12px; fill: var(--faint); }
svg text.across, svg text.name { text-anchor: middle; }
svg text.up { text-anchor: end; }
svg text.note { fill: var(--ink); font-weight: 600; stroke: var(--paper); stroke-width: 4px;
  paint-order: stroke; }
svg .grid { stroke: var(--line); }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; }
svg .ideal { fill: none; stroke: var(--none); stroke-dasharray: 5 4; }
svg .threshold { fill: none; stroke: var(--bad); stroke-width: 1.5; }
svg .bin { fill: var(--accent); }
svg .limit { fill: var(--paper); stroke: var(--accent); stroke-width: 2; }
svg .here { fill: var(--bad); stroke: var(--paper); stroke-width: 1.5; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 14px;
  margin-top: 12px; align-items: start; }
.card { padding: 12px 14px; border-top: 4px solid var(--none); }
.card.error { border-top-color: var(--bad); }
.card img { display: block; max-width: 100%; height: auto; margin: 8px 0; border: 1px solid var(--line); }
.card dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 8px 0 0; }
.card dt { color: var(--faint); }
.card dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.verdict { font-size: 13px; color: var(--faint); }
.verdict.wrong { color: var(--bad); }
.verdict.right { color: var(--good); }
.written { color: var(--faint); font-size: 13px; }
mark { background: #ffd9a8; color: inherit; border-radius: 2px; padding: 0 1px; }
@media print { body { background: none; } .card, figure { break-inside: avoid; } }
"""
