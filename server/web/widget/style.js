// @ts-check
/**
 * The look of the widget. A constructed style sheet: a strict content security policy allows no style in the page.
 *
 * Lengths are in pixels, since the page around may have made a rem anything; `all: initial !important` on the host
 * wins over whatever the page says about it, important or not.
 */

const SANS_ZH = `"PingFang SC", "Hiragino Sans GB", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif`;
const SERIF = `"Songti SC", "STZhongsong", "Source Han Serif SC", "Noto Serif CJK SC", "SimSun", serif`;

const CSS = `
:host {
  all: initial !important;
  display: block !important;
  direction: ltr !important;
  unicode-bidi: isolate !important;
  color-scheme: light dark !important;
}
:host([inline]) { display: flex !important; flex-direction: column !important; flex: 1 1 auto !important; min-width: 0 !important; }
:host([hidden]) { display: none !important; }

.frame {
  --paper: #f6f5f1; --sheet: #ffffff; --ink: #24211d; --ink-soft: #5d574e; --line: #e2ded5; --line-strong: #8f887b;
  --seal: #a5322b; --seal-deep: #8a2721; --seal-wash: #f8ebe8; --link: #8f2a24; --on-seal: #ffffff; --focus: #a5322b;
  --lift: 0 2px 6px rgb(60 45 25 / 12%), 0 16px 48px rgb(60 45 25 / 22%);
  color: var(--ink);
  font: 400 16px/1.75 ${SANS_ZH};
  line-break: strict;
  text-spacing-trim: trim-start;
  overflow-wrap: anywhere;
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) {
  .frame {
    --paper: #191714; --sheet: #23201c; --ink: #ece6db; --ink-soft: #b0a799; --line: #38332d; --line-strong: #857c70;
    --seal: #b9423a; --seal-deep: #a33831; --seal-wash: #3a2623; --link: #f0a497; --focus: #f0a497;
    --lift: 0 0 0 1px #38332d, 0 16px 48px rgb(0 0 0 / 60%);
  }
}

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
:lang(en) { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", ${SANS_ZH}; }
:lang(zh) { font-family: ${SANS_ZH}; }
h2, h3, p, ul, ol, blockquote { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, textarea { font: inherit; color: inherit; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 0.22em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
button { cursor: pointer; border: 1px solid var(--line); border-radius: 10px; background: var(--sheet); padding: 6px 14px; line-height: 1.5; }
.plain { flex: none; font-size: 14px; color: var(--ink-soft); }
.plain:hover { color: var(--ink); border-color: var(--line-strong); }
.plain[aria-pressed="true"] { border-color: var(--seal); color: var(--link); background: var(--seal-wash); }
.primary { flex: none; min-width: 76px; padding: 8px 17px; border-color: transparent; background: var(--seal); color: var(--on-seal); font-weight: 600; }
.primary:hover { background: var(--seal-deep); }
.stop { background: transparent; border-color: var(--line-strong); color: var(--ink); }
.stop:hover { background: transparent; border-color: var(--ink); }
.problem { color: var(--link); }
.section { font-size: 13px; line-height: 1.6; color: var(--ink-soft); }
.offscreen { position: fixed; left: -100vw; top: 0; }

/* The floating widget: a button, and a panel above it. */

.floating { position: fixed; inset: auto 20px 20px auto; width: auto; height: auto; margin: 0; border: 0; padding: 0; background: none; overflow: visible; z-index: 2147483000; }
.launcher { display: grid; place-items: center; width: 60px; height: 60px; margin-left: auto; padding: 0; border: 0; border-radius: 18px; background: var(--seal); box-shadow: var(--lift); }
.launcher:hover { background: var(--seal-deep); }
.launcher:focus-visible { outline-color: var(--ink); border-radius: 18px; }
.launcher svg { width: 44px; height: 44px; }
.floating .panel {
  position: absolute; right: 0; bottom: 72px; display: flex; flex-direction: column;
  width: min(440px, calc(100vw - 40px)); height: min(680px, calc(100vh - 112px));
  border-radius: 16px; background: var(--paper); box-shadow: var(--lift); overflow: hidden;
}
.head { display: flex; align-items: center; gap: 8px; padding: 10px 12px 10px 18px; border-bottom: 1px solid var(--line); }
.title { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font: 700 18px/1.4 ${SERIF}; letter-spacing: 0.04em; }
.head .plain { padding: 4px 10px; font-size: 13px; }
.floating .talk { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 6px 18px 16px; position: relative; }
.floating .talk:focus-visible { outline-offset: -3px; }
.floating .composer { padding: 8px 12px 12px; border-top: 1px solid var(--line); }
.hello { padding: 24px 0 0; }
.hello p:first-child { font: 700 24px/1.4 ${SERIF}; letter-spacing: 0.04em; }
.hello p + p { margin-top: 8px; color: var(--ink-soft); }

/* In a page: the conversation, and below it the box for questions, which stays in view. */

.inline, .inline .panel { flex: 1; display: flex; flex-direction: column; }
.inline .talk { flex: 1; padding-bottom: 40px; }
.inline .composer { position: sticky; bottom: 0; z-index: 1; padding: 8px 0 max(12px, env(safe-area-inset-bottom)); background: var(--paper); box-shadow: -14px 0 var(--paper), 14px 0 var(--paper); }
.inline .composer::before { content: ""; position: absolute; left: -14px; right: -14px; bottom: 100%; height: 24px; background: linear-gradient(to top, var(--paper), transparent); pointer-events: none; }

/* A question and its answer */

.turn { display: grid; grid-template-columns: 32px minmax(0, 1fr); gap: 16px; padding: 28px 0; }
.turn + .turn { border-top: 1px solid var(--line); }
.turn:focus { outline: none; }
.who { display: grid; place-items: center; width: 32px; height: 32px; border: 1px solid var(--line-strong); border-radius: 8px; font: 700 15px/1 ${SERIF}; color: var(--ink-soft); }
.who-answers { border-color: var(--seal); background: var(--seal); color: var(--on-seal); }
.turn h2 { font-size: 17px; font-weight: 600; line-height: 1.6; padding-top: 2px; white-space: pre-wrap; }
.reply { padding-top: 2px; }
.reply h3 { margin: 24px 0 10px; font-size: 14px; font-weight: 600; color: var(--ink-soft); }
.answer-text { font-size: 17px; line-height: 1.85; }
.answer-text p + p { margin-top: 0.6em; }
.mark-link { margin: 0 0.08em; padding: 0 0.2em; border-radius: 4px; background: var(--seal-wash); font-size: 0.8125em; font-weight: 600; text-decoration: none; font-variant-numeric: tabular-nums; }
.mark-link:hover { text-decoration: underline; }

.cards { display: grid; gap: 12px; }
.card { position: relative; padding: 16px 18px 18px 54px; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; }
.card-number { position: absolute; left: 18px; top: 18px; display: grid; place-items: center; min-width: 24px; height: 24px; border-radius: 6px; background: var(--seal-wash); color: var(--link); font-size: 13px; font-weight: 700; }
.card-title { font-weight: 600; line-height: 1.6; }
.card-link { color: var(--ink); text-decoration-color: var(--line-strong); }
.card-link:hover { color: var(--link); }
.card-facts { font-size: 13px; line-height: 1.7; color: var(--ink-soft); }
.card-facts span + span::before, .outdated span + span::before { content: "·"; margin: 0 0.5em; color: var(--line-strong); }
.outdated { font-size: 13px; font-weight: 600; line-height: 1.7; color: var(--link); }
.card blockquote { margin-top: 11px; padding-left: 14px; border-left: 3px solid var(--seal); font-size: 15px; line-height: 1.8; white-space: pre-wrap; }

.refusal { padding: 14px 18px; border: 1px dashed var(--line-strong); border-radius: 12px; }
.nearest li + li { margin-top: 6px; }
.nearest a, .refusal a, .passages a { color: var(--ink); text-decoration-color: var(--line-strong); }
.passages { margin-top: 20px; border-top: 1px solid var(--line); }
summary { padding: 10px 0; font-size: 14px; font-weight: 600; color: var(--ink-soft); cursor: pointer; }
summary:hover { color: var(--ink); }
.passages ol { list-style: decimal; padding-left: 28px; font-size: 15px; }
.passages li { padding-bottom: 16px; }
.passages li::marker { color: var(--ink-soft); font-variant-numeric: tabular-nums; }
.passage-text { margin-top: 4px; line-height: 1.75; white-space: pre-wrap; color: var(--ink-soft); }

.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px; }
.again { margin-top: 16px; }
.said { font-size: 14px; color: var(--ink-soft); }
.said:not(:empty) { margin-top: 8px; }
.comment { display: flex; align-items: flex-end; gap: 8px; margin-top: 8px; }
.comment textarea { flex: 1; min-width: 0; padding: 7px 10px; border: 1px solid var(--line-strong); border-radius: 10px; background: var(--sheet); font-size: 15px; line-height: 1.5; resize: vertical; }
.suggestions { display: flex; flex-wrap: wrap; gap: 8px; }
.suggestion { text-align: left; font-size: 15px; line-height: 1.6; }
.suggestion:hover { border-color: var(--seal); }

.reading ul { margin-top: 4px; font-size: 14px; line-height: 1.7; color: var(--ink-soft); }
.reading li { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.reading + .answer-text { margin-top: 12px; }
.waiting, .waiting-stopped { color: var(--ink-soft); }
.waiting::after { content: "…"; animation: breathe 1.4s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: 0.15; } }
@media (prefers-reduced-motion: reduce) { .waiting::after { animation: none; } }

.composer-box { display: flex; align-items: flex-end; gap: 8px; padding: 8px; background: var(--sheet); border: 1px solid var(--line-strong); border-radius: 16px; }
.composer-box:focus-within { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
.composer textarea { flex: 1; min-width: 0; max-height: 192px; padding: 7px 10px; border: 0; background: none; resize: none; line-height: 1.6; }
.composer textarea:focus { outline: none; }
.composer textarea::placeholder, .comment textarea::placeholder { color: var(--ink-soft); opacity: 1; }
.hint { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 16px; padding: 6px 10px 0; font-size: 12px; line-height: 1.6; color: var(--ink-soft); }
@media (pointer: coarse) { .keys { display: none; } }

.floating .turn { grid-template-columns: minmax(0, 1fr); gap: 10px; padding: 18px 0; }
.floating .who { display: none; }
.floating .turn h2 { justify-self: end; max-width: 92%; padding: 8px 14px; border-radius: 14px 14px 4px 14px; background: var(--seal-wash); font-size: 16px; }
.floating .answer-text { font-size: 16px; }
.floating .card { padding: 13px 14px 14px 46px; }
.floating .card-number { left: 13px; top: 14px; }
.floating .keys { display: none; }

@media (max-width: 576px) {
  .turn { grid-template-columns: 26px minmax(0, 1fr); gap: 12px 10px; padding: 20px 0; }
  .who { width: 26px; height: 26px; font-size: 13px; border-radius: 6px; }
  .turn h2 { padding-top: 0; }
  .inline .card { padding: 14px 16px 16px 46px; }
  .inline .card-number { left: 14px; top: 16px; }
  .inline .reply > :is(h3, .cards, .nearest, .passages, .actions, .comment, .said, .suggestions, .again) { margin-left: -36px; }
  .floating .panel { position: fixed; inset: 0; width: auto; height: auto; border-radius: 0; }
}

@media print {
  .floating, .composer, .actions, .comment, .said, .suggestions { display: none !important; }
  .card { border: 0; padding-left: 30px; }
}
`;

/** @type {?CSSStyleSheet} */
let sheet = null;

/** The one style sheet of all widgets of a page. */
export function widgetSheet() {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
