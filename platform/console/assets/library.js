// The library's picture: a press on it sets the point that stays when it is cut. The two number fields hold it; without this script they are typed.

const picture = document.querySelector('[data-focus]')
const [x, y] = ['x', 'y'].map(id => document.getElementById(id))
if (picture && x && y) {
  const image = picture.querySelector('img'), cut = document.querySelector('.thumb.small img')
  const point = document.createElement('span')
  point.className = 'point'
  picture.append(point)
  picture.title = picture.dataset.focus
  picture.classList.add('live')
  const show = () => {
    const [left, top] = [x, y].map(f => Math.min(100, Math.max(0, Number(f.value) || 0)) + '%')
    point.style.left = left
    point.style.top = top
    cut?.style.setProperty('object-position', left + ' ' + top)
  }
  image.addEventListener('click', e => {
    const r = image.getBoundingClientRect()
    x.value = Math.round((e.clientX - r.left) / r.width * 100)
    y.value = Math.round((e.clientY - r.top) / r.height * 100)
    show()
  })
  for (const f of [x, y]) f.addEventListener('input', show)
  show()
}
