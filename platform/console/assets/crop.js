// The crop of a picture: a frame over it that is moved and sized by pointer and by keys. The four number fields hold it; without this script they are typed.

const form = document.querySelector('form[data-crop]')
if (form) {
  const [x, y, w, h] = ['cut-x', 'cut-y', 'cut-w', 'cut-h'].map(id => document.getElementById(id))
  const stage = document.createElement('div'), image = document.createElement('img'), frame = document.createElement('div')
  stage.className = 'crop'
  image.src = form.dataset.crop
  image.alt = ''
  image.draggable = false
  frame.className = 'cut'
  frame.tabIndex = 0
  frame.setAttribute('role', 'group')
  frame.setAttribute('aria-label', form.dataset.label)
  stage.append(image, frame)
  form.querySelector('.pair').before(stage)

  const within = (n, low, high) => Math.min(high, Math.max(low, Math.round(n)))
  const read = () => {
    const left = within(Number(x.value) || 0, 0, 99), top = within(Number(y.value) || 0, 0, 99)
    return { left, top, width: within(Number(w.value) || 1, 1, 100 - left), height: within(Number(h.value) || 1, 1, 100 - top) }
  }
  const show = c => {
    frame.style.left = c.left + '%'
    frame.style.top = c.top + '%'
    frame.style.width = c.width + '%'
    frame.style.height = c.height + '%'
  }
  const write = c => {
    x.value = c.left
    y.value = c.top
    w.value = c.width
    h.value = c.height
    show(c)
  }
  for (const f of [x, y, w, h]) f.addEventListener('input', () => show(read()))

  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  frame.addEventListener('keydown', e => {
    const step = steps[e.key]
    if (!step || e.ctrlKey || e.altKey || e.metaKey) return
    e.preventDefault()
    const c = read()
    if (e.shiftKey) {
      c.width = within(c.width + step[0], 1, 100 - c.left)
      c.height = within(c.height + step[1], 1, 100 - c.top)
    } else {
      c.left = within(c.left + step[0], 0, 100 - c.width)
      c.top = within(c.top + step[1], 0, 100 - c.height)
    }
    write(c)
  })

  // A press inside a frame that is smaller than the picture moves it; any other draws a new one.
  stage.addEventListener('pointerdown', e => {
    if (e.button !== 0) return
    e.preventDefault()
    frame.focus()
    const r = stage.getBoundingClientRect(), from = read()
    const at = e => [within((e.clientX - r.left) / r.width * 100, 0, 100), within((e.clientY - r.top) / r.height * 100, 0, 100)]
    const [left, top] = at(e)
    const moves = e.target === frame && (from.width < 100 || from.height < 100)
    stage.setPointerCapture(e.pointerId)
    const drag = e => {
      const [right, low] = at(e)
      if (moves) {
        write({ ...from, left: within(from.left + right - left, 0, 100 - from.width), top: within(from.top + low - top, 0, 100 - from.height) })
      } else if (right !== left && low !== top) {
        write({ left: Math.min(left, right), top: Math.min(top, low), width: Math.abs(right - left), height: Math.abs(low - top) })
      }
    }
    const stop = () => {
      stage.removeEventListener('pointermove', drag)
      stage.removeEventListener('pointerup', stop)
      stage.removeEventListener('pointercancel', stop)
    }
    stage.addEventListener('pointermove', drag)
    stage.addEventListener('pointerup', stop)
    stage.addEventListener('pointercancel', stop)
  })
  show(read())
}
