// What a reader sets stays in this browser and is sent nowhere. Floor: Chromium 86, Safari 14.
const root = document.documentElement
const form = document.querySelector('.zq-set')
const choices = { size: ['125', '150', '200'], contrast: ['dark', 'light', 'cream'], line: ['wide', 'wider'], pointer: ['on'], ruler: ['on'], rate: ['0.8', '1.2', '1.5'] }
const names = Object.keys(choices)

function kept() {
  try { return JSON.parse(localStorage.getItem('zq-aid')) || {} } catch (e) { return {} } // a browser may keep nothing
}

function keep(set) {
  try { localStorage.setItem('zq-aid', JSON.stringify(set)) } catch (e) { /* it holds for this page */ }
}

function styled() {
  if (document.querySelector('link[data-aid]')) return
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = document.querySelector('script[data-sheet]').dataset.sheet
  link.setAttribute('data-aid', '')
  document.head.append(link)
}

function wear(set) {
  for (const name of names) {
    const one = choices[name].includes(set[name]) ? set[name] : ''
    if (one) styled()
    if (one) root.setAttribute('data-zq-' + name, one)
    else root.removeAttribute('data-zq-' + name)
  }
}

// The line under what is read: it follows the pointer and the focus.
function follow(y) {
  let line = document.querySelector('.zq-ruler')
  if (!root.hasAttribute('data-zq-ruler')) {
    if (line) line.remove()
    return
  }
  if (!line) {
    line = document.createElement('div')
    line.className = 'zq-ruler'
    line.setAttribute('aria-hidden', 'true')
    document.body.append(line)
  }
  line.style.top = y + 'px'
}

// bounds are the sentences of a text, from and to: they end at 。！？； and what closes behind it. A long one is cut at commas too,
// for some voices stop by themselves after a quarter of a minute.
const longest = 120
export function bounds(text) {
  const all = []
  let from = 0
  const cut = to => {
    if (/[^\s。！？；!?;，,、”’」』）)]/.test(text.slice(from, to))) all.push([from, to])
    from = to
  }
  for (let i = 0; i < text.length; i++) {
    const ends = '。！？；!?;\n'.includes(text[i])
    if (!ends && !(i - from >= longest && '，,、：'.includes(text[i]))) continue
    while (i + 1 < text.length && '。！？；!?;”’」』）)'.includes(text[i + 1])) i++
    cut(i + 1)
  }
  cut(text.length)
  return all
}

// sentences are those of what is shown in an element, each with the place where it stands.
function sentences(top) {
  const all = []
  let block = null, text = '', parts = []
  const place = (range, set, at) => {
    const part = parts.filter(p => p[0] <= at).pop()
    range[set](part[1], Math.min(at - part[0], part[1].data.length))
  }
  const flush = () => {
    for (const [from, to] of bounds(text)) {
      const range = document.createRange()
      place(range, 'setStart', from)
      place(range, 'setEnd', to)
      all.push({ say: text.slice(from, to), range, block })
    }
    text = ''
    parts = []
  }
  const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT)
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const at = n.parentElement
    if (at.closest('nav,.vh,[hidden],[aria-hidden=true],.zq-aid')) continue
    const now = at.closest('p,li,h1,h2,h3,h4,td,th,dt,dd,figcaption,caption,blockquote,div')
    if (now !== block) flush()
    block = now
    parts.push([text.length, n])
    text += n.data
  }
  flush()
  return all
}

// Reading aloud, with a voice of this computer.
const speech = window.speechSynthesis
let voice = null, queue = [], turn = 0

function mark(one) {
  if (!window.Highlight || !CSS.highlights) return
  if (one) CSS.highlights.set('zq-read', new Highlight(one.range))
  else CSS.highlights.delete('zq-read')
}

function button(name) { return form.querySelector('[data-do=' + name + ']') }

function next() {
  const one = queue.shift(), mine = turn
  mark(one)
  if (!one) return stop()
  const box = one.block.getBoundingClientRect()
  if (box.top < 0 || box.bottom > innerHeight) one.block.scrollIntoView({ block: 'center' })
  const words = new SpeechSynthesisUtterance(one.say)
  words.voice = voice
  words.lang = voice.lang
  words.rate = Number(form.elements.rate.value) || 1
  words.onend = words.onerror = () => { if (mine === turn) next() }
  speech.speak(words)
}

function start() {
  stop()
  queue = sentences(document.getElementById('main'))
  styled()
  button('pause').disabled = button('stop').disabled = false
  next()
}

function pause() {
  const on = button('pause').getAttribute('aria-pressed') !== 'true'
  button('pause').setAttribute('aria-pressed', String(on))
  if (on) speech.pause()
  else speech.resume()
}

function stop() {
  turn++
  queue = []
  speech.cancel()
  speech.resume()
  mark(null)
  button('pause').setAttribute('aria-pressed', 'false')
  button('pause').disabled = button('stop').disabled = true
}

function listen() {
  const zh = speech.getVoices().filter(v => /^(zh|cmn)\b/i.test(v.lang))
  voice = zh.find(v => /cn|hans/i.test(v.lang)) || zh[0] || null
  form.querySelector('.zq-read').hidden = !voice
}

function keys(e) {
  if (!voice || button('stop').disabled || e.ctrlKey || e.altKey || e.metaKey) return
  if (e.key === 'Escape') stop()
  else if (e.key === ' ' && !e.target.closest('a,button,input,select,textarea,summary,video,audio')) {
    e.preventDefault()
    pause()
  }
}

function pressed(e) {
  const what = e.target.getAttribute('data-do')
  if (what === 'reset') {
    form.reset()
    keep({})
    wear({})
    follow(0)
  } else if (what) ({ start, pause, stop })[what]()
}

if (form) {
  const set = kept()
  wear(set)
  for (const name of names) {
    const field = form.elements[name]
    if (field.type === 'checkbox') field.checked = set[name] === 'on'
    else if (choices[name].includes(set[name])) field.value = set[name]
  }
  form.hidden = false
  form.addEventListener('change', () => {
    const now = {}
    for (const [name, value] of new FormData(form)) if (value) now[name] = value
    keep(now)
    wear(now)
    follow(innerHeight / 2)
  })
  form.addEventListener('submit', e => e.preventDefault())
  form.addEventListener('click', pressed)
  addEventListener('pointermove', e => follow(e.clientY + 12))
  addEventListener('focusin', e => follow(e.target.getBoundingClientRect().bottom + 2))
  if (speech) {
    listen()
    speech.addEventListener('voiceschanged', listen)
    addEventListener('keydown', keys)
    addEventListener('pagehide', stop)
  }
}
