// Nothing typed is lost: 2 seconds after the last key, and when a field is left, the form goes to the server as this tab's one
// autosave; every change also stands in this browser until the server has it. Autosave is nobody's version: the article changes only
// when the person saves or sends.
const forms = document.querySelectorAll('form[data-write]')
const RESEND = [5, 10, 20, 30] // seconds
const PREFIX = 'zhanqun:draft:'

const clone = name => document.getElementById(name).content.firstElementChild.cloneNode(true)
const clock = at => new Date(at).toLocaleTimeString('zh-CN', {hour12: false, timeZone: 'Asia/Shanghai'})
const fill = (words, ...parts) => parts.reduce((s, p) => s.replace('%s', p), words)

// company asks which forms are open in other tabs: what they hold is not left over. Every opened form is a session of its own, so no
// text ever takes the place of another.
async function company(mine) {
  const talk = new BroadcastChannel('zhanqun:draft'), open = new Set()
  talk.onmessage = e => {
    if (e.data.who) talk.postMessage({here: mine()})
    else open.add(e.data.here)
  }
  talk.postMessage({who: true})
  await new Promise(r => setTimeout(r, 120))
  return open
}

const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')

async function keepSafe(form) {
  let mine = fresh()
  const asked = company(() => mine)
  const words = document.getElementById('autosave-words').content.firstElementChild.dataset
  const status = clone('autosave'), [state, live] = status.children
  form.querySelector('.actions').append(status)
  let seq = 0, dirty = false, running = false, sending = false, timer = 0, copyTimer = 0, failures = 0, kind = '', last = Date.now(), dialog = null

  const path = () => form.getAttribute('action')
  const key = of => `${PREFIX}${form.dataset.write}:${path()}:${of}`
  const snapshot = () => {
    const said = new FormData(form)
    for (const name of ['file', 'alt']) said.delete(name) // they go up by themselves, and a file cannot be put back
    return new URLSearchParams(said)
  }
  // what a person sees of the form: what decides whether a copy holds anything else
  const text = values => [...values].filter(([k, v]) => !['version', 'shown', 'marked', 'session', 'seq', 'writer', 'from', 'restored', 'do'].includes(k) && (k !== 'chart' || v)).map(([k, v]) => k + '=' + v.replace(/ rel="noopener"|\s+/g, '')).sort().join('\n')

  // said is what the words of a form are, marked or plain
  const said = values => [values.get('title'), values.get('marked') === '1' ? inert(values.get('body')).body.textContent : values.get('body')].map(s => s.replace(/\s+/g, '')).join('\n')

  function show(what, detail = '') {
    state.textContent = words[what] + (detail ? ' ' + detail : '')
    status.dataset.state = what
    if (what !== kind && what !== 'saving' && (what !== 'saved' || ['offline', 'failed', 'conflict', 'signin'].includes(kind))) live.textContent = state.textContent
    if (what !== 'saving') kind = what
  }

  // copy writes the form into this browser; false when there is no room.
  function copy(more = {}) {
    clearTimeout(copyTimer)
    copyTimer = 0
    try {
      localStorage.setItem(key(mine), JSON.stringify({at: Date.now(), values: [...snapshot()], ...more}))
      return true
    } catch { return false }
  }
  const uncopy = () => { clearTimeout(copyTimer); copyTimer = 0; localStorage.removeItem(key(mine)) }

  function changed() {
    dirty = true
    if (!copyTimer) copyTimer = setTimeout(copy, 250)
    clearTimeout(timer)
    timer = setTimeout(send, 2000)
  }

  function later() {
    clearTimeout(timer)
    timer = setTimeout(send, 1000 * RESEND[Math.min(failures++, RESEND.length - 1)])
  }

  async function send(keepalive = false) {
    clearTimeout(timer)
    if (!dirty || running || sending || dialog) return
    running = true
    const body = snapshot()
    dirty = false
    body.set('session', mine)
    body.set('seq', seq = Math.max(Date.now(), seq + 1))
    show('saving')
    try {
      const res = await fetch(path() + '/autosave', {method: 'POST', body, headers: {Accept: 'application/json'}, redirect: 'manual', keepalive: keepalive === true && String(body).length < 60000, signal: AbortSignal.timeout(20000)})
      await answered(res, await read(res))
    } catch {
      dirty = true
      show(copy() ? 'offline' : 'unkept')
      later()
    }
    running = false
    last = Date.now()
    if (dirty && !failures) { clearTimeout(timer); timer = setTimeout(send, 2000) } // typed meanwhile: the newest wins
  }

  const read = async res => (res.headers.get('Content-Type') ?? '').startsWith('application/json') ? res.json() : {html: await res.text()}

  async function answered(res, a) {
    if (res.ok && a.state === 'saved') {
      failures = 0
      if (!dirty) uncopy()
      show('saved', clock(a.at) + words.private)
      if (!dirty) checked(a.checks ?? [])
      others(a.others)
      return
    }
    if (res.status === 409 && a.state === 'conflict') {
      failures = 0
      copy()
      show('conflict')
      beside(fill(words.conflictBy, a.by, clock(a.at)))
      return
    }
    const stranger = a.state === 'signin' || res.status === 403 && inert(a.html ?? '').querySelector('form[action="/signin"]')
    dirty = true
    const kept = copy()
    if (stranger && (res.status === 401 || res.status === 403)) {
      show('signin')
      signIn()
      return
    }
    show(kept ? 'failed' : 'unkept', a.say ?? '')
    if (res.status >= 500 || res.status === 429) later() // anything else waits for the next change
  }

  // checked shows what the checks say of the text as it is now, beside the form; whoever is just following one of the lines is not disturbed.
  function checked(all) {
    const old = document.querySelector('#checks, #checks-now')?.closest('section')
    if (!old && !all.length || old?.contains(document.activeElement)) return
    const card = clone('autosave-checks'), list = card.querySelector('ul')
    for (const f of all) {
      const line = list.appendChild(document.createElement('li'))
      line.append(Object.assign(document.createElement('a'), {href: f.to, textContent: f.say}), ' ', Object.assign(document.createElement('span'), {className: 'mark ' + f.kind, textContent: f.mark}))
      if (f.quote) line.append(Object.assign(document.createElement('span'), {className: 'note', textContent: f.quote}))
    }
    card.querySelector(all.length ? '.empty' : 'ul').remove()
    if (old) old.replaceWith(card)
    else form.after(card)
  }

  const inert = html => new DOMParser().parseFromString(html, 'text/html')

  let notice = null
  function beside(sentence) {
    if (!notice) form.before(notice = clone('autosave-others'))
    if (notice.textContent !== sentence) notice.textContent = sentence
    notice.hidden = !sentence
  }
  function others(all = []) {
    const names = [...new Set(all.map(o => o.name))].join('、')
    if (names || notice) beside(names ? fill(words.others, names) : '')
  }

  // signIn asks for the password on this page; what was typed stays where it is.
  function signIn() {
    if (dialog) return
    const box = dialog = clone('autosave-signin')
    const ask = dialog.querySelector('form'), trouble = dialog.querySelector('.trouble')
    document.body.append(dialog)
    const second = dialog.querySelector('.second')
    const back = async () => { // from the other window
      try { if ((await fetch('/palette', {headers: {Accept: 'application/json'}})).ok) goOn() } catch { /* still asked */ }
    }
    const goOn = () => {
      if (dialog !== box) return
      box.close()
      leave()
      failures = 0
      send()
    }
    const leave = () => { removeEventListener('focus', back); box.remove(); if (dialog === box) dialog = null; form.elements.body.dispatchEvent(new Event('resume')) }
    addEventListener('focus', back)
    dialog.addEventListener('close', leave)
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
    ask.addEventListener('submit', async e => {
      e.preventDefault()
      const body = new URLSearchParams(new FormData(ask))
      body.set('to', '/palette')
      let res
      try { res = await fetch('/signin', {method: 'POST', body, headers: {Accept: 'application/json'}}) } catch { res = null }
      if (res?.ok) {
        if (new URL(res.url).pathname === '/palette') goOn()
        else second.hidden = false // a second step, which has a page of its own
        return
      }
      const page = res ? inert(await res.text()) : null
      trouble.textContent = page?.querySelector('.trouble')?.textContent || words.offline
      trouble.hidden = false
      ask.elements.password.value = ''
      ask.elements.password.focus()
    })
    dialog.showModal()
    ask.elements.password.focus()
  }

  // offer shows the newest text that this browser kept and no server has.
  async function offer() {
    const open = await asked
    const head = `${PREFIX}${form.dataset.write}:${path()}:`, now = text(snapshot())
    const kept = []
    for (const k of Object.keys(localStorage)) {
      const of = k.slice(head.length)
      if (!k.startsWith(head) || of === mine || open.has(of)) continue // another tab is writing it
      try {
        const c = JSON.parse(localStorage.getItem(k))
        if (text(c.values) === now) localStorage.removeItem(k)
        else kept.push({...c, k, of})
      } catch { localStorage.removeItem(k) }
    }
    if (!kept.length) return
    const c = kept.sort((a, b) => b.at - a.at)[0]
    if (text(c.values) === await offered()) return // the server offers the very same
    const box = clone('autosave-copy')
    box.firstElementChild.textContent = fill(words.copy, clock(c.at))
    box.addEventListener('click', e => {
      const what = e.target.closest('button')?.dataset.do
      if (!what) return
      if (what === 'restore') {
        mine = c.of // it goes on as the session it was, so that saving ends that one
        restore(new Map(c.values))
      }
      localStorage.removeItem(c.k)
      box.remove()
    })
    form.before(box)
  }

  // offered is the text that the page itself offers again, or nothing.
  async function offered() {
    const link = document.querySelector('main a[href*="?restore="]')
    if (!link) return null
    try { return text(new FormData(inert(await (await fetch(link.href)).text()).querySelector('form[data-write]'))) } catch { return null }
  }

  function restore(values) {
    for (const [name, value] of values) {
      const e = form.elements[name]
      if (name === 'body') {
        if (form.classList.contains('writing')) e.dispatchEvent(new CustomEvent('restore', {detail: {body: value, marked: values.get('marked') === '1'}}))
        else { e.value = value; form.elements.marked.value = values.get('marked') ?? '' }
      } else if (e?.closest && name !== 'marked' && name !== 'writer') { // not of the charts of several tables, which have one name
        if (e.value !== value && e.closest('details')) e.closest('details').open = true
        e.value = value // the version it was written on as well: who has saved since is not overwritten unseen
      }
    }
    changed()
  }

  // saveNow saves a named version and stays on the page; whatever is not plain sailing goes the form's own way.
  async function saveNow(button) {
    if (sending || !form.reportValidity()) return
    sending = true
    show('saving')
    const body = snapshot()
    body.set('do', 'save')
    body.set('session', mine)
    try {
      const res = await fetch(path(), {method: 'POST', body, redirect: 'follow', signal: AbortSignal.timeout(20000)})
      const at = new URL(res.url).pathname
      if (res.ok && res.redirected && /\/articles\/\d+\?done=saved$/.test(res.url)) {
        const edit = inert(await (await fetch(at + '/edit')).text()).querySelector('form[data-write]')
        if (edit && said(new FormData(edit)) === said(body)) { // nobody has saved in between
          uncopy()
          mine = fresh() // the server has done with the old one
          form.setAttribute('action', edit.getAttribute('action'))
          form.elements.version.value = edit.elements.version.value
          history.replaceState(null, '', at + '/edit')
          dirty = text(snapshot()) !== text(body) && dirty
          show('named', clock(Date.now()))
          sending = false
          return
        }
      }
    } catch { /* the form's own way shows what is wrong */ }
    sending = false
    form.requestSubmit(button)
  }

  form.addEventListener('input', changed)
  form.addEventListener('change', changed)
  form.addEventListener('focusout', () => { if (dirty) send() })
  form.addEventListener('submit', () => {
    sending = true
    clearTimeout(timer)
    form.elements.session.value = mine
    copy({submitted: true})
  })
  addEventListener('pageshow', e => { if (e.persisted) sending = false })
  addEventListener('online', () => { failures = 0; send() })
  addEventListener('pagehide', () => { if (dirty && !sending) { copy(); send(true) } })
  document.addEventListener('visibilitychange', () => { if (document.hidden && dirty && !sending) { copy(); send() } })
  document.addEventListener('keydown', e => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || document.querySelector('dialog[open]')) return
    const act = {s: 'save', Enter: 'send'}[e.key.length === 1 ? e.key.toLowerCase() : e.key]
    const button = act && form.querySelector(`button[name=do][value=${act}]`)
    if (!button) return
    e.preventDefault()
    if (act === 'save') saveNow(button)
    else form.requestSubmit(button)
  }, true)
  // here tells that this page is open, and learns who else has the article open.
  async function here() {
    if (document.hidden || dirty || running || sending || dialog || form.elements.version.value === '0' || Date.now() - busy > 10 * 60000) return
    last = Date.now()
    try {
      const res = await fetch(path() + '/presence', {method: 'POST', body: new URLSearchParams({session: mine, version: form.elements.version.value}), headers: {Accept: 'application/json'}, redirect: 'manual'})
      const a = await read(res)
      if (res.ok) others(a.others)
      else if (res.status === 409 && a.by) beside(fill(words.conflictBy, a.by, clock(a.at)))
    } catch { /* the next change will say that the line is down */ }
  }
  let busy = Date.now() // whoever has gone away is not here, and their session may end
  for (const sign of ['keydown', 'pointerdown', 'wheel']) addEventListener(sign, () => { busy = Date.now() }, {passive: true})
  setInterval(() => { if (Date.now() - last > 25000) here() }, 30000)
  here()
  await offer()
  form.dataset.safe = mine
}

for (const form of forms) if (CSS.supports('height', '1svh')) keepSafe(form)
