// What every screen has besides its page: Ctrl K finds any place, "?" shows the keys. Both are addresses and words that the server has
// made; without this script there is the link to the same list.
const clone = name => document.getElementById(name)?.content.firstElementChild.cloneNode(true)
const open = () => document.querySelector('dialog[open]')
const keys = 'zhanqun:keys' // "off": single keys do nothing (WCAG 2.1.4)

function show(dialog) {
  const back = document.activeElement
  document.body.append(dialog)
  dialog.addEventListener('close', () => { dialog.remove(); back?.focus?.() })
  dialog.addEventListener('click', e => { if (e.target === dialog || e.target.closest('[data-close]')) dialog.close() })
  dialog.showModal()
}

let places = null
async function palette() {
  const dialog = clone('palette')
  if (!dialog || open()) return
  const input = dialog.querySelector('input'), list = dialog.querySelector('[role=listbox]'), none = dialog.querySelector('.empty')
  let found = [], at = 0
  const choose = n => {
    at = Math.max(0, Math.min(n, found.length - 1))
    ;[...list.children].forEach((o, i) => o.setAttribute('aria-selected', String(i === at)))
    const o = list.children[at]
    input.setAttribute('aria-activedescendant', o?.id ?? '')
    o?.scrollIntoView({block: 'nearest'})
  }
  const find = () => {
    const q = input.value.trim().toLowerCase().replace(/\s+/g, '')
    found = (places ?? []).filter(p => !q || p.text.toLowerCase().replace(/\s+/g, '').includes(q) || p.initials.includes(q) || p.sound.includes(q)).slice(0, 60)
    list.replaceChildren(...found.map((p, i) => {
      const o = Object.assign(document.createElement('div'), {id: 'place-' + i, textContent: p.text})
      o.setAttribute('role', 'option')
      o.append(Object.assign(document.createElement('span'), {className: 'note', textContent: p.group}))
      o.addEventListener('click', () => { location.href = p.href })
      return o
    }))
    none.hidden = found.length > 0 || places === null
    choose(0)
  }
  input.addEventListener('input', find)
  input.addEventListener('keydown', e => {
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8}[e.key]
    if (to !== undefined) { e.preventDefault(); choose(to) }
    if (e.key === 'Enter' && !e.isComposing) {
      e.preventDefault()
      if (found[at]) location.href = found[at].href
    }
  })
  show(dialog)
  try {
    const res = await fetch('/palette', {headers: {Accept: 'application/json'}})
    if (!res.ok) throw res.status
    places = await res.json()
  } catch { if (!places) { location.href = '/palette'; return } }
  find()
}

function help() {
  const dialog = clone('keys')
  if (!dialog || open()) return
  const off = dialog.querySelector('input')
  off.checked = localStorage.getItem(keys) !== 'off'
  off.addEventListener('change', () => localStorage.setItem(keys, off.checked ? 'on' : 'off'))
  show(dialog)
}

addEventListener('keydown', e => {
  if (e.defaultPrevented || e.isComposing) return
  if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k') {
    e.preventDefault()
    palette()
  } else if (e.key === '?' && localStorage.getItem(keys) !== 'off' && !e.target.closest('input, textarea, select, [contenteditable=true]')) {
    e.preventDefault()
    help()
  }
})
document.querySelector('a[data-palette]')?.addEventListener('click', e => {
  if (e.ctrlKey || e.metaKey || e.shiftKey) return
  e.preventDefault()
  palette()
})

// The menu folds where it stands: whoever is writing leaves nothing. The server is told, so that the next page comes as this one is.
const fold = document.querySelector('form.fold')
fold?.addEventListener('submit', e => {
  e.preventDefault()
  const button = fold.querySelector('button'), root = document.documentElement, rail = button.value
  fetch(fold.action, {method: 'POST', body: new URLSearchParams({rail, to: '/'}), redirect: 'manual', keepalive: true}).catch(() => {})
  if (rail) root.dataset.rail = rail
  else delete root.dataset.rail
  button.value = rail ? '' : 'folded'
  button.setAttribute('aria-expanded', String(!rail))
  for (const a of document.querySelectorAll('.rail a')) rail ? a.title = a.textContent : a.removeAttribute('title')
})

// What was just done is said aloud once, and goes away unless somebody is about to take it back.
const toast = document.querySelector('.toast')
if (toast) {
  const words = toast.querySelector('p'), aloud = Object.assign(document.createElement('p'), {className: 'unseen'})
  let left = 10, held = false
  toast.dataset.floats = ''
  words.removeAttribute('role')
  aloud.setAttribute('role', 'status')
  toast.append(aloud)
  setTimeout(() => { aloud.textContent = words.textContent }, 100) // a live region tells of what changes in it
  for (const [on, off] of [['pointerenter', 'pointerleave'], ['focusin', 'focusout']]) {
    toast.addEventListener(on, () => { held = true })
    toast.addEventListener(off, () => { held = toast.matches(':hover, :focus-within') })
  }
  const tick = setInterval(() => {
    if (held || document.hidden || --left > 0) return
    clearInterval(tick)
    toast.remove()
  }, 1000)
  const url = new URL(location.href) // a page that is loaded again has done nothing
  for (const name of ['did', 'n', 'of']) url.searchParams.delete(name)
  history.replaceState(history.state, '', url)
}

// The server has taken a form: what this browser kept of it is old.
if (/[?&]done=(saved|sent|merged)\b/.test(location.search)) {
  for (const k of Object.keys(localStorage)) {
    if (!k.startsWith('zhanqun:draft:')) continue
    try { if (JSON.parse(localStorage.getItem(k)).submitted) localStorage.removeItem(k) } catch { localStorage.removeItem(k) }
  }
}
