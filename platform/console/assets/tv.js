// The wall on a big screen: asks for the page again and puts what has changed in place. What stands beside "updated at" is the server's clock
// of what is shown, and when the server does not answer the screen says so. Without this script the page has a link that loads it again.
const tv = document.querySelector('[data-tv]')
const state = tv.querySelector('.clock .state'), button = tv.querySelector('[data-pause]')
const every = Number(tv.dataset.tv) * 1000
let paused = false, timer = 0, asking = false

function says(word) {
  tv.dataset.state = word
  const text = tv.dataset[word]
  if (state.textContent !== text) state.textContent = text // a status that says the same is not read out again
}

// What a cell shows, by the address it leads to.
const shown = () => new Map([...tv.querySelectorAll('.wall a')].map(a => [a.getAttribute('href'), a.className + a.textContent]))

function put(next) {
  const before = shown(), focus = document.activeElement?.closest?.('[data-part] a')?.getAttribute('href')
  tv.className = next.className
  for (const part of tv.querySelectorAll('[data-part]')) {
    const fresh = next.querySelector(`[data-part="${part.dataset.part}"]`)
    if (fresh && fresh.innerHTML !== part.dataset.was) {
      part.dataset.was = fresh.innerHTML
      part.replaceChildren(...document.importNode(fresh, true).childNodes)
    }
  }
  for (const a of tv.querySelectorAll('.wall a')) {
    const was = before.get(a.getAttribute('href'))
    if (was !== undefined && was !== a.className + a.textContent) a.dataset.changed = ''
  }
  document.dispatchEvent(new Event('zhanqun:walls'))
  if (focus && !tv.contains(document.activeElement)) [...tv.querySelectorAll('[data-part] a')].find(a => a.getAttribute('href') === focus)?.focus()
}

async function refresh() {
  if (asking) return
  asking = true
  clearTimeout(timer)
  try {
    const answer = await fetch(location.href, {headers: {Accept: 'text/html'}, cache: 'no-store', signal: AbortSignal.timeout(20000)})
    if (answer.redirected) return says('out')
    if (!answer.ok) throw answer.status
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-tv]')
    if (!next) throw 'no wall'
    if (!paused) { put(next); says('live') }
  } catch { if (!paused) says('away') } finally {
    asking = false
    if (!paused && tv.dataset.state !== 'out') timer = setTimeout(refresh, every)
  }
}

for (const part of tv.querySelectorAll('[data-part]')) part.dataset.was = part.innerHTML
button.hidden = false
button.addEventListener('click', () => {
  paused = !paused
  button.setAttribute('aria-pressed', String(paused))
  clearTimeout(timer)
  if (paused) says('paused'); else refresh()
})
document.addEventListener('visibilitychange', () => { if (!document.hidden && !paused) refresh() })
says('live')
timer = setTimeout(refresh, every)
