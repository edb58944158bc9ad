// Words that are selected in a text are filled into the form beside it, with the number of their paragraph. Without this, the form asks for both.
const text = document.querySelector('[data-remarks]');
const form = document.getElementById('remark-form');

const kinds = 'p, h1, h2, h3, h4, h5, h6, li, td, th, blockquote, pre, figcaption, caption, dt, dd';

/** The innermost paragraphs of the text, in the order in which the server counts them. */
function paragraphs() {
  return [...text.querySelectorAll(kinds)].filter((p) => !p.querySelector(kinds));
}

/** The selected words as they stand in the text, without the numbers of other remarks. */
function words(range) {
  const copy = range.cloneContents();
  copy.querySelectorAll('mark.remark > sup').forEach((n) => n.remove());
  return copy.textContent.replace(/\s+/g, ' ').trim();
}

function take() {
  const chosen = document.getSelection();
  if (!chosen || chosen.isCollapsed || chosen.rangeCount !== 1) return;
  const range = chosen.getRangeAt(0);
  const all = paragraphs();
  const first = all.findIndex((p) => p.contains(range.startContainer));
  if (first < 0 || !text.contains(range.endContainer)) return;
  if (!all[first].contains(range.endContainer)) range.setEnd(all[first], all[first].childNodes.length);
  const quote = form.querySelector('[name=quote]');
  const said = words(range);
  if (!said) return;
  form.open = true;
  quote.value = [...said].slice(0, quote.maxLength).join('');
  const block = form.querySelector('[name=block]');
  if (block) block.value = String(first + 1);
}

if (text && form) {
  text.addEventListener('mouseup', () => setTimeout(take));
  text.addEventListener('keyup', take);
  document.addEventListener('selectionchange', () => { // a finger's selection ends without either
    clearTimeout(take.later);
    take.later = setTimeout(() => { if (text.contains(document.getSelection()?.anchorNode)) take(); }, 400);
  });
}
