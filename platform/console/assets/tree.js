// The column tree by drag and by keyboard (WAI-ARIA tree). The server moves and answers with the screen as it then is; this script shows
// that answer. Without it every row has its buttons and its page.
const main = document.getElementById('main')
const voice = document.body.appendChild(Object.assign(document.createElement('p'), {className: 'unseen'}))
voice.setAttribute('role', 'status')
voice.setAttribute('aria-live', 'assertive')
const speak = text => { voice.textContent = ''; setTimeout(() => { voice.textContent = text }, 50) }

const threshold = 6, undoFor = 10_000
const closed = new Set() // of the columns, by id, whose parts are folded
let tree = null, current = null, held = null, busy = false, typedSoFar = '', typedAt = 0

const items = (of = tree) => [...of.querySelectorAll('li[data-id]')]
const shown = () => items().filter(li => !li.parentElement.closest('li[aria-expanded=false]'))
const listOf = li => li.querySelector(':scope > ul')
const parts = ul => ul ? [...ul.children].filter(li => li.dataset.id) : []
const up = li => li.parentElement.closest('li[data-id]')
const rowOf = li => li.querySelector(':scope > .row')
const level = li => li ? 1 + level(up(li)) : 0
const height = li => 1 + Math.max(0, ...parts(listOf(li)).map(height))

function enhance() {
  tree = main.querySelector('[data-tree]')
  if (!tree) return
  tree.setAttribute('role', 'tree')
  tree.setAttribute('aria-label', tree.dataset.label)
  const help = main.querySelector('[data-tree-help]')
  if (help) {
    help.hidden = false
    tree.setAttribute('aria-describedby', help.id)
  }
  for (const li of items()) {
    li.setAttribute('role', 'treeitem')
    const below = listOf(li)
    if (below) {
      below.setAttribute('role', 'group')
      fold(li, closed.has(li.dataset.id))
    }
    if ('moves' in tree.dataset) {
      const grip = Object.assign(document.createElement('span'), {className: 'grip', textContent: '⠿'})
      grip.setAttribute('aria-hidden', 'true')
      rowOf(li).prepend(grip)
    }
  }
  current = null
  focusOn(items()[0], false)
  tree.addEventListener('keydown', keys)
  tree.addEventListener('focusin', e => { const li = e.target.closest('li[data-id]'); if (li && li !== current) focusOn(li, false) })
  tree.addEventListener('pointerdown', press)
  tree.addEventListener('dragstart', e => e.preventDefault())
  for (const form of main.querySelectorAll('form.moves, form[data-undo]')) form.addEventListener('submit', sent)
  fade(main.querySelector('form[data-undo]'))
}

// One stop of the Tab key: the current column, and what can be pressed in its row.
function focusOn(li, take = true) {
  if (!li) return
  const old = current
  current = li
  for (const other of old && tree.contains(old) ? [old] : items()) reach(other, false)
  reach(li, true)
  if (take) { li.focus({preventScroll: true}); rowOf(li).scrollIntoView({block: 'nearest'}) }
}
function reach(li, is) {
  li.tabIndex = is ? 0 : -1
  for (const e of rowOf(li).querySelectorAll('a, button')) e.tabIndex = is ? 0 : -1
}

function fold(li, is) {
  li.setAttribute('aria-expanded', String(!is))
  if (is) closed.add(li.dataset.id)
  else closed.delete(li.dataset.id)
}

function keys(e) {
  if (e.isComposing || e.ctrlKey || e.metaKey) return
  if (e.key === 'Escape' && held) return finish(e, cancel)
  if (e.target !== current) {
    if (e.key === 'Escape') finish(e, () => focusOn(current))
    return
  }
  if (held) return steer(e)
  if (e.altKey) return 'moves' in tree.dataset ? shove(e) : undefined
  const all = shown(), at = all.indexOf(current), below = listOf(current), folded = current.getAttribute('aria-expanded') === 'false'
  const walk = {ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1),
    ArrowRight: below && !folded ? parts(below)[0] : undefined, ArrowLeft: below && !folded ? undefined : up(current)}
  if (e.key === 'ArrowRight' && below && folded) finish(e, () => fold(current, false))
  else if (e.key === 'ArrowLeft' && below && !folded) finish(e, () => fold(current, true))
  else if (e.key in walk) finish(e, () => focusOn(walk[e.key]))
  else if (e.key === 'Enter') finish(e, () => rowOf(current).querySelector('a.name')?.click())
  else if (e.key === ' ' && 'moves' in tree.dataset) finish(e, pick)
  else if (e.key.length === 1) find(e)
}
function finish(e, act) { e.preventDefault(); e.stopPropagation(); act() }

// Typing finds by the name, or by the address, which can be typed without an input method.
function find(e) {
  typedSoFar = (Date.now() - typedAt < 800 ? typedSoFar : '') + e.key.toLowerCase()
  typedAt = Date.now()
  const all = shown(), from = all.indexOf(current) + (typedSoFar.length === 1 ? 1 : 0)
  const hit = [...all.slice(from), ...all.slice(0, from)].find(li =>
    li.dataset.name.toLowerCase().startsWith(typedSoFar) || li.dataset.slug.split('/').at(-1).startsWith(typedSoFar))
  if (hit) finish(e, () => focusOn(hit))
}

// A spot is below whom and behind whom. Spots stand in the order in which they are seen.
function spots(li) {
  const all = [], deepest = Number(tree.dataset.deepest), tall = height(li)
  const walk = (ul, parent) => {
    if (level(parent) + tall > deepest) return
    all.push({parent, after: null})
    for (const child of parts(ul)) {
      if (child === li) continue
      walk(listOf(child), child)
      all.push({parent, after: child})
    }
  }
  walk(tree, null)
  return all
}
const before = li => parts(li.parentElement)[parts(li.parentElement).indexOf(li) - 1] ?? null
const same = (s, t) => s.parent === t.parent && s.after === t.after
const words = s => [s.parent ? s.parent.dataset.name : tree.dataset.top, s.after ? tree.dataset.after + s.after.dataset.name : tree.dataset.first].join(' · ')

function pick() {
  if (busy) return
  const all = spots(current), here = {parent: up(current), after: before(current)}
  held = {li: current, all, at: all.findIndex(s => same(s, here)), here}
  current.classList.add('held')
  speak(tree.dataset.picked + ' ' + current.dataset.name)
}
function steer(e) {
  const step = {ArrowDown: 1, ArrowUp: -1, Home: -held.at, End: held.all.length - 1 - held.at}[e.key]
  if (step !== undefined) {
    finish(e, () => {
      held.at = Math.max(0, Math.min(held.at + step, held.all.length - 1))
      mark(held.all[held.at])
      speak(words(held.all[held.at]))
    })
  } else if (e.key === ' ' || e.key === 'Enter') finish(e, () => drop(held.all[held.at]))
  else if (e.key !== 'Tab') e.preventDefault()
  else cancel()
}
function mark(s) {
  for (const e of tree.querySelectorAll('.drop-before, .drop-after, .drop-inside')) e.classList.remove('drop-before', 'drop-after', 'drop-inside')
  if (!s) return
  const first = parts(s.parent ? listOf(s.parent) : tree).find(li => li !== held.li)
  if (s.after) s.after.classList.add('drop-after')
  else if (first) first.classList.add('drop-before')
  else s.parent?.classList.add('drop-inside')
  const seen = s.after ?? first ?? s.parent
  if (seen && !held.drag) seen.scrollIntoView({block: 'nearest'})
}
function cancel() {
  if (!held) return
  held.li.classList.remove('held')
  mark(null)
  held = null
  speak(tree.dataset.cancelled)
}
function drop(s) {
  const {li, here} = held
  if (!s || same(s, here)) return cancel()
  go(li, s)
}

// Alt and an arrow move at once: among those beside, below the one before, or out behind the one above.
function shove(e) {
  const beside = parts(current.parentElement), at = beside.indexOf(current), parent = up(current)
  const to = {
    ArrowUp: at > 0 && {parent, after: beside[at - 2] ?? null},
    ArrowDown: at + 1 < beside.length && {parent, after: beside[at + 1]},
    ArrowRight: at > 0 && {parent: beside[at - 1], after: parts(listOf(beside[at - 1])).at(-1) ?? null},
    ArrowLeft: parent && {parent: up(parent), after: parent},
  }[e.key]
  if (to === undefined) return
  finish(e, () => to ? go(current, to) : speak(tree.dataset.nowhere))
}

function press(e) {
  if (busy || held || e.button !== 0 || !('moves' in tree.dataset)) return
  const li = e.target.closest('li[data-id]')
  if (!li || e.target.closest('button, .moves') || e.pointerType !== 'mouse' && !e.target.closest('.grip')) return
  const from = {x: e.clientX, y: e.clientY}
  const over = new AbortController(), signal = over.signal
  const end = () => { over.abort(); if (held?.drag) cancel() }
  addEventListener('pointermove', m => {
    if (!held) {
      if (Math.hypot(m.clientX - from.x, m.clientY - from.y) < threshold) return
      focusOn(li)
      pick()
      if (!held) return
      held.drag = true
      tree.classList.add('dragging')
    }
    if (m.clientY < 60) scrollBy(0, -12)
    else if (m.clientY > innerHeight - 60) scrollBy(0, 12)
    held.spot = under(m)
    mark(held.spot)
  }, {signal})
  addEventListener('pointerup', () => {
    tree.classList.remove('dragging')
    if (held?.drag) {
      addEventListener('click', c => { c.preventDefault(); c.stopPropagation() }, {capture: true, once: true})
      setTimeout(() => dispatchEvent(new MouseEvent('click', {cancelable: true}))) // ends the listener where no click follows
      const s = held.spot
      held.drag = false
      drop(s)
    }
    over.abort()
  }, {signal})
  addEventListener('pointercancel', () => { tree.classList.remove('dragging'); end() }, {signal})
  addEventListener('keydown', k => { if (k.key === 'Escape' && held) finish(k, () => { tree.classList.remove('dragging'); end() }) }, {signal, capture: true})
}
// under is the spot that the pointer shows: the upper part of a row is before it, the lower behind it, the middle inside.
function under(m) {
  const li = document.elementFromPoint(m.clientX, m.clientY)?.closest('li[data-id]')
  if (!li || !tree.contains(li) || held.li.contains(li)) return null
  const box = rowOf(li).getBoundingClientRect(), at = (m.clientY - box.top) / box.height
  const rest = ul => parts(ul).filter(x => x !== held.li)
  const beside = rest(li.parentElement)
  const s = at < .3 ? {parent: up(li), after: beside[beside.indexOf(li) - 1] ?? null}
    : at <= .7 ? {parent: li, after: rest(listOf(li)).at(-1) ?? null}
    : rest(listOf(li)).length ? {parent: li, after: null} : {parent: up(li), after: li}
  return held.all.find(x => same(x, s)) ?? null
}

function go(li, s) {
  held?.li.classList.remove('held')
  held = null
  const to = `${s.parent?.dataset.id ?? 0}:${s.after?.dataset.id ?? 0}`
  if (s.parent) closed.delete(s.parent.dataset.id)
  ask(rowOf(li).querySelector('a.name').getAttribute('href') + '/move', new URLSearchParams({version: li.dataset.version, to}), li.dataset.id)
}
function sent(e) {
  e.preventDefault()
  const form = e.currentTarget, values = new URLSearchParams(new FormData(form))
  if (e.submitter?.name && !values.has(e.submitter.name)) values.append(e.submitter.name, e.submitter.value)
  ask(form.getAttribute('action'), values, form.getAttribute('action').split('/').at(-2))
}

async function ask(address, values, id) {
  if (busy) return
  busy = true
  speak(tree.dataset.busy)
  try {
    const res = await fetch(address, {method: 'POST', body: values, headers: {Accept: 'text/html'}})
    const next = new DOMParser().parseFromString(await res.text(), 'text/html').getElementById('main')
    if (!next?.querySelector('[data-tree]')) throw res.status
    main.replaceChildren(...document.adoptNode(next).childNodes)
    if (res.redirected) history.replaceState(null, '', res.url)
    enhance()
    focusOn(items().find(li => li.dataset.id === id))
    speak([...main.querySelectorAll('[role=alert], [role=status]')].map(p => p.textContent.trim()).join(' '))
  } catch {
    mark(null)
    speak(tree.dataset.failed)
    const sorry = Object.assign(document.createElement('div'), {className: 'trouble', textContent: tree.dataset.failed})
    sorry.setAttribute('role', 'alert')
    main.querySelector(':scope > .trouble')?.remove()
    main.prepend(sorry)
  } finally { busy = false }
}

// The bar that takes a move back stays ten seconds, and longer while somebody is at it.
function fade(bar) {
  if (!bar) return
  let left = undoFor
  const tick = setInterval(() => {
    if (bar.matches(':hover, :focus-within')) left = undoFor
    else left -= 500
    if (left > 0 && bar.isConnected) return
    clearInterval(tick)
    bar.remove()
  }, 500)
}

enhance()
