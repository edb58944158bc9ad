// A text between the form, where it is HTML or plain lines, and the editor.

const escape = s => s.replace(/[&<>"]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c])

// fromPlain is what the server makes of a text that was typed without marks: each line that is not empty is a paragraph.
export const fromPlain = text => text.split(/[\r\n]+/).map(l => l.trim()).filter(Boolean).map(l => `<p>${escape(l)}</p>`).join('')

// inert reads HTML into a document in which nothing runs and nothing is loaded.
export const inert = html => new DOMParser().parseFromString(html, 'text/html').body

// prepare turns what the schema says otherwise: a table's caption becomes a line that the words of the table follow, as in print.
export function prepare(html) {
  const body = inert(html)
  for (const c of body.querySelectorAll('caption')) {
    const p = body.ownerDocument.createElement('p')
    p.className = 'ta-c'
    p.append(...c.childNodes)
    c.closest('table').before(p)
    c.remove()
  }
  return body.innerHTML
}

// tidy is the editor's HTML as the public reads it: no paragraph around the only words of an item or a cell, a head around header rows.
export function tidy(html) {
  const body = inert(html)
  for (const box of body.querySelectorAll('li, td, th')) {
    const only = box.firstElementChild
    if (box.childNodes.length >= 1 && only?.localName === 'p' && !only.className && [...box.children].slice(1).every(e => e.localName === 'ul' || e.localName === 'ol')) {
      only.replaceWith(...only.childNodes)
    }
  }
  for (const table of body.querySelectorAll('table')) {
    const rows = [...table.rows], head = rows.findIndex(r => [...r.cells].some(c => c.localName !== 'th'))
    if (head > 0 && rows.slice(0, head).every(r => [...r.cells].every(c => c.rowSpan === 1))) {
      const thead = table.createTHead()
      thead.append(...rows.slice(0, head))
    }
  }
  while (body.lastElementChild?.localName === 'p' && !body.lastElementChild.childNodes.length) body.lastElementChild.remove()
  return body.innerHTML
}

const words = body => body.textContent.replace(/\s+/g, '')
const things = ['img', 'video, audio', 'a[href]', 'tr', 'td, th', 'li', 'figure']

// same reports whether an editor that was given one HTML and answers another has kept every word and every thing.
export function same(given, answers) {
  const a = inert(given), b = inert(answers)
  return words(a) === words(b) && things.every(t => a.querySelectorAll(t).length === b.querySelectorAll(t).length)
}
