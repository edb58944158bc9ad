// Files that go to the server in pieces (tus 1.0). A piece that is acknowledged stays: after a line that broke, a press on 暂停, a session that
// ended or a browser that was closed the next begins where the server says. A form whose data-upload is the address of a site's files sends them so, also those that are dropped anywhere on its page, and leads to data-done; without this script
// it sends them by itself. Other scripts ask for one file by the event "upload".
const PIECE = 8 << 20, LEAST = 256 << 10, FIRST = 1 << 20, TUS = {'Tus-Resumable': '1.0.0', Accept: 'application/json'}

const kept = key => { try { return localStorage.getItem(key) } catch { return null } }
const keep = (key, value) => { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value) } catch { /* then a closed browser begins anew */ } }
const packed = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
const json = async res => (res.headers.get('Content-Type') ?? '').startsWith('application/json') ? await res.json() : {}

// Sending is one file on its way.
class Sending {
  constructor(at, file, alt, show) {
    Object.assign(this, {at, file, alt, show, address: null, offset: 0, piece: FIRST, fails: 0, paused: false, canceled: false, wake: null, abort: null})
    this.key = `zhanqun:upload:${at}:${file.name}:${file.size}:${file.lastModified}`
  }

  // run answers {items} of what was kept, or {error}, or {canceled}.
  async run() {
    this.address = kept(this.key)
    while (!this.canceled) {
      if (this.paused) { await this.nap(Infinity); continue }
      let res = null
      try { res = await this.step() } catch { /* no line, or a press has ended it */ }
      if (this.canceled) break
      if (res?.items || res?.error !== undefined) { this.forget(); return res }
      if (res) { this.fails = 0; continue }
      if (this.paused) continue
      this.show('offline', this.offset)
      this.known = false
      this.piece = Math.max(this.piece >> 1, LEAST)
      await this.nap(Math.min(1000 << Math.min(this.fails++, 5), 30000))
    }
    await this.end()
    return {canceled: true}
  }

  // step does one thing, and answers null when nobody answered, {} when it goes on.
  async step() {
    if (!this.address) return await this.begin()
    if (!this.known) return await this.ask()
    if (this.offset === this.file.size) return await this.fate()
    const from = performance.now(), body = this.file.slice(this.offset, this.offset + this.piece)
    this.show('sending', this.offset)
    const res = await this.fetch(this.address, {method: 'PATCH', headers: {...TUS, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(this.offset)}, body}, 90000)
    if (res.status === 409) { this.known = false; return {} }
    if (res.status !== 204) return this.wrong(res)
    this.offset = Number(res.headers.get('Upload-Offset'))
    if (performance.now() - from < 3000) this.piece = Math.min(this.piece * 2, PIECE)
    this.show('sending', this.offset)
    return {}
  }

  async begin() {
    const res = await this.fetch(`${this.at}/uploads`, {method: 'POST', headers: {...TUS, 'Upload-Length': String(this.file.size), 'Upload-Metadata': `filename ${packed(this.file.name)},alt ${packed(this.alt)}`}})
    if (res.status !== 201) return this.wrong(res)
    this.address = res.headers.get('Location')
    this.offset = 0
    this.known = true
    keep(this.key, this.address)
    return {}
  }

  async ask() {
    const res = await this.fetch(this.address, {method: 'HEAD', headers: TUS})
    if (res.status === 404) { this.forget(); return {} }
    if (res.status !== 200 || Number(res.headers.get('Upload-Length')) !== this.file.size) return this.wrong(res)
    this.offset = Number(res.headers.get('Upload-Offset'))
    this.known = true
    return {}
  }

  async fate() {
    this.show('saving', this.offset)
    const res = await this.fetch(this.address, {headers: {Accept: 'application/json'}})
    if (res.status !== 200) return this.wrong(res)
    const said = await json(res)
    if (said.state === 'kept') return {items: said.items}
    if (said.state === 'refused') return {error: said.error}
    await this.nap(500)
    return {}
  }

  // wrong tells what a person has to know; what may pass by itself it answers as if nobody had answered.
  async wrong(res) {
    if (res.status === 401) { this.pause('signin'); return {} }
    if (res.status >= 500 || res.status === 408 || res.status === 429) return null
    return {error: (await json(res)).error ?? ''}
  }

  async fetch(address, how, within = 30000) {
    const abort = this.abort = new AbortController(), timer = setTimeout(() => abort.abort(), within)
    try { return await fetch(address, {redirect: 'manual', ...how, signal: abort.signal}) } finally { clearTimeout(timer) }
  }

  // nap waits, until it is woken.
  nap(ms) {
    return new Promise(done => {
      const timer = ms === Infinity ? 0 : setTimeout(done, ms)
      this.wake = () => { clearTimeout(timer); done() }
    })
  }

  pause(why = 'paused') { this.paused = true; this.known = false; this.show(why, this.offset); this.abort?.abort() }
  goOn() { this.paused = false; this.fails = 0; this.wake?.() }
  cancel() { this.canceled = true; this.abort?.abort(); this.wake?.() }
  forget() { keep(this.key, null); this.address = null; this.known = false }
  async end() {
    const address = this.address
    this.forget()
    if (address) try { await fetch(address, {method: 'DELETE', headers: TUS, redirect: 'manual'}) } catch { /* given up after a day */ }
    this.show('canceled', this.offset)
  }
}

const all = new Set()
addEventListener('online', () => { for (const one of all) if (!one.paused) one.wake?.() })
addEventListener('beforeunload', e => { if ([...all].some(one => !one.canceled)) e.preventDefault() })

// line shows one file in a list, with its buttons.
function line(list, file) {
  const row = document.getElementById('upload-row').content.firstElementChild.cloneNode(true), words = row.dataset
  const [name, bar, state, pause, cancel] = ['.name', 'progress', '.state', '[data-do=pause]', '[data-do=cancel]'].map(s => row.querySelector(s))
  name.textContent = file.name
  bar.setAttribute('aria-label', file.name)
  state.textContent = words.waiting
  list.append(row)
  list.hidden = false
  const over = said => { state.textContent = said; pause.hidden = cancel.hidden = true }
  return {over, words, buttons(sending) {
    pause.addEventListener('click', () => sending.paused ? sending.goOn() : sending.pause())
    cancel.addEventListener('click', () => sending.cancel())
  }, show(what, offset) {
    bar.value = file.size ? Math.floor(offset / file.size * 1000) : 0
    const said = words[what].replace('%d', Math.floor(offset / file.size * 100))
    if (state.textContent !== said) state.textContent = said
    pause.textContent = what === 'paused' || what === 'signin' ? words.go : words.pause
    pause.hidden = cancel.hidden = what === 'saving' || what === 'canceled'
  }}
}

// enlist puts one file into a list and answers what sends it, which answers what run answers.
function enlist(at, file, alt, list) {
  const shown = line(list, file), sending = new Sending(at, file, alt, shown.show)
  shown.buttons(sending)
  all.add(sending)
  list.closest('dialog')?.addEventListener('close', () => { all.delete(sending); if (!sending.canceled) sending.pause() }) // the same file goes on from there
  return async () => {
    const made = await sending.run()
    all.delete(sending)
    if (made.error !== undefined) shown.over(made.error ||= shown.words.failed)
    else if (made.items) shown.over(shown.words.done)
    return made
  }
}

document.addEventListener('upload', e => { e.detail.made = enlist(e.detail.at, e.detail.file, e.detail.alt, e.detail.list)() })

// sets are what forms are sending: a form may come later than this script, as part of a page that is put in.
const sets = new WeakMap()
async function take(form, files) {
  let set = sets.get(form)
  if (!set) {
    sets.set(form, set = {list: document.createElement('ul'), going: 0, failed: false})
    set.list.className = 'uploads'
    form.append(set.list)
  }
  const alt = files.length === 1 ? form.elements.alt?.value.trim() ?? '' : '' // words for one picture are wrong for the next
  form.reset()
  set.going++
  for (const send of files.map(file => enlist(form.dataset.upload, file, alt, set.list))) if (!(await send()).items) set.failed = true
  if (--set.going === 0 && !set.failed) location.assign(form.dataset.done || location.href) // what was refused stays to be read
}

document.addEventListener('submit', e => {
  const files = [...e.target.querySelector('input[type=file]')?.files ?? []]
  if (!e.target.matches('form[data-upload]') || !files.length) return // the server says that there is none
  e.preventDefault()
  take(e.target, files)
})
const target = e => e.dataTransfer.types.includes('Files') && !e.defaultPrevented ? document.querySelector('form[data-upload]') : null
document.addEventListener('dragover', e => {
  const form = target(e)
  if (!form) return
  e.preventDefault()
  form.classList.add('over')
})
document.addEventListener('dragleave', e => { if (!e.relatedTarget) document.querySelector('form[data-upload]')?.classList.remove('over') })
document.addEventListener('drop', e => {
  const form = target(e)
  if (!form) return
  e.preventDefault()
  form.classList.remove('over')
  take(form, [...e.dataTransfer.files])
})
