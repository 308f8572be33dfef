/**
 * The style of the printed page: A4, in the form of an office's bulletin (red heading, document number, red rule), in the
 * fonts that offices have, or what the reader's machine has instead. No font, image or script is fetched.
 */
export const STYLE = `
@page { size: A4; margin: 22mm 20mm 20mm; }
:root { --red: #c00; --line: #999; }
* { box-sizing: border-box; }
body { margin: 0; background: #e9e9e9; color: #111; font: 16px/1.75 FangSong, STFangsong, "Noto Serif CJK SC",
  "Source Han Serif SC", SimSun, Georgia, serif; }
main { width: 210mm; max-width: 100%; margin: 8mm auto; padding: 20mm 19mm; background: #fff; box-shadow: 0 1px 8px #0003; }
header { text-align: center; border-bottom: 3px solid var(--red); padding-bottom: 8px; margin-bottom: 26px; }
.issuer { color: var(--red); font: 700 30px/1.4 "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "Source Han Serif SC", SimSun,
  Georgia, serif; letter-spacing: 0.06em; margin: 0 0 14px; }
:lang(en) .issuer { font-size: 24px; letter-spacing: 0; }
.issuer, .number { text-align: center; }
.number { margin: 0; }
.draft { color: var(--red); border: 1px solid var(--red); display: inline-block; padding: 0 14px; margin: 0; }
h1 { font: 700 24px/1.5 "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, Georgia, serif;
  text-align: center; margin: 0 0 18px; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font: 700 18px/1.6 SimHei, "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; margin: 26px 0 8px;
  break-after: avoid; }
h3 { font: 700 15px/1.6 SimHei, "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; margin: 16px 0 6px;
  break-after: avoid; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
:lang(zh-CN) .text p { text-indent: 2em; }
p.correction { text-align: center; color: var(--red); }
table { width: 100%; border-collapse: collapse; margin: 8px 0 14px; font: 12.5px/1.5 "Noto Sans CJK SC", "Source Han Sans SC",
  "Microsoft YaHei", "PingFang SC", sans-serif; }
th, td { border: 1px solid var(--line); padding: 3px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #f3f3f3; font-weight: 700; text-align: center; vertical-align: middle; overflow-wrap: normal;
  word-break: keep-all; }
.wide { font-size: 11px; }
.wide th, .wide td { padding: 3px 4px; }
:lang(zh-CN) .wide th { white-space: nowrap; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.r { text-align: right; font-variant-numeric: tabular-nums; }
td.name { min-width: 10em; }
td.c { text-align: center; white-space: nowrap; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 14px; align-items: start; }
.named { color: var(--red); font-weight: 700; white-space: nowrap; }
.note { font-size: 13px; color: #444; }
figure { margin: 10px 0 14px; break-inside: avoid; }
figcaption { text-align: center; font: 13px/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
svg { display: block; width: 100%; height: auto; }
.signature { margin: 44px 6% 30px auto; width: fit-content; text-align: center; break-inside: avoid; }
.signature p { text-align: center; }
footer { border-top: 1px solid #111; padding-top: 8px; break-inside: avoid; font: 11px/1.6 "Noto Sans CJK SC",
  "Source Han Sans SC", "Microsoft YaHei", sans-serif; color: #333; }
footer p { margin: 0; }
@media print {
  body { background: none; font-size: 15px; }
  /* A collapsed border lies half outside its table, and paper would cut it off. */
  main { width: auto; margin: 0; padding: 0 1px; box-shadow: none; }
}
@media screen and (max-width: 700px) { main { padding: 6mm 4mm; } .pair { display: block; } }
`
