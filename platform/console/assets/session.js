// A session that nobody uses ends, and says so five minutes before. The server knows when; this script asks it at the right moment,
// which is no use of the session, and a press goes on. Tabs tell each other what they have learnt. Whoever is typing is not asked.
const KEY = 'zhanqun:session', WARN = 300, TYPING = 60000
const box = document.getElementById('session')?.content.firstElementChild
let timer = 0, dialog = null, busy = 0, asked = 0

const share = left => { try { localStorage.setItem(KEY, String(Date.now() + left * 1000)) } catch { /* the other tabs ask for themselves */ } }
// plan asks again when only the warning's five minutes may be left; while it is shown, four times a minute.
function plan(left) {
  clearTimeout(timer)
  timer = setTimeout(look, dialog ? 15000 : Math.max(left - WARN, 1) * 1000)
}

// ask answers what the server says, null where the session is over, undefined where nobody answers.
async function ask(path, method) {
  asked = Date.now()
  try {
    const res = await fetch(path, {method, headers: {Accept: 'application/json'}, redirect: 'manual', signal: AbortSignal.timeout(15000)})
    return res.ok ? await res.json() : res.status === 401 ? null : undefined
  } catch { return undefined }
}

async function look() {
  const a = await ask('/session/left', 'GET')
  if (a === undefined) {
    clearTimeout(timer)
    timer = setTimeout(look, 15000)
  } else if (a === null) over()
  else if (a.left > WARN) {
    close()
    plan(a.left)
  } else if (!a.final && Date.now() - busy < TYPING) go()
  else warn(a)
}

async function go() {
  const a = await ask('/session', 'POST')
  if (a === null) over()
  else if (a && (a.left > WARN || a.final)) {
    close()
    share(a.left)
    plan(a.left)
  } else {
    if (dialog) part('.trouble').hidden = false
    clearTimeout(timer)
    timer = setTimeout(look, 15000)
  }
}

const part = selector => dialog.querySelector(selector)
function show() {
  if (dialog) return
  dialog = box.cloneNode(true)
  part('.trouble').textContent = box.dataset.failed
  const own = dialog
  own.addEventListener('cancel', e => { // Esc: somebody is there
    e.preventDefault()
    answer()
  })
  own.addEventListener('close', () => { // a browser may not wait for an answer to the second Esc
    if (dialog === own) answer()
  })
  own.querySelector('form').addEventListener('submit', e => { e.preventDefault(); go() })
  own.querySelector('[data-close]').addEventListener('click', answer)
  document.body.append(own)
  own.showModal()
}
function answer() {
  if (dialog?.dataset.state === 'soon') go()
  else close()
}
function close() {
  const was = dialog
  dialog = null
  was?.close()
  was?.remove()
}

function say(state, title, text) {
  show()
  if (dialog.dataset.state !== state) {
    dialog.dataset.state = state
    part('[data-do=go]').hidden = state !== 'soon'
    part('[data-close]').hidden = state === 'soon'
    part('[data-do=in]').hidden = state !== 'over'
    part('.actions > :not([hidden])').focus()
  }
  part('h2').textContent = title
  part('p').textContent = text
}

let told = false // of an end that no press puts off
function warn(a) {
  const d = box.dataset, title = d.soon.replace('%d', Math.ceil(a.left / 60))
  if (a.final && told && !dialog) return plan(Math.max(a.left, 1) + WARN)
  told = a.final
  say(a.final ? 'final' : 'soon', title, (a.final ? d.final : d.why).replace('%s', a.at))
  plan(a.left)
}
function over() {
  clearTimeout(timer)
  try { localStorage.removeItem(KEY) } catch { /* likewise */ }
  if (!document.querySelector('form[data-write]') || dialog) say('over', box.dataset.over, box.dataset.overWhy) // the editor asks itself
}

if (box) {
  share(+box.dataset.left)
  plan(+box.dataset.left)
  for (const sign of ['keydown', 'pointerdown']) addEventListener(sign, e => { if (!dialog?.contains(e.target)) busy = Date.now() }, {passive: true})
  addEventListener('storage', e => { // another tab has learnt more, or somebody has signed out or in there
    if (e.key !== KEY) return
    if (e.newValue === null || dialog) look()
    else plan((+e.newValue - Date.now()) / 1000)
  })
  document.addEventListener('visibilitychange', () => { if (!document.hidden && Date.now() - asked > 10000) look() }) // the machine may have slept
} else if (!document.querySelector('.rail')) {
  try { localStorage.removeItem(KEY) } catch { /* likewise */ }
}
