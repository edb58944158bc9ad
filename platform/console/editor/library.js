// The library in the editor: a list that comes when it is asked for, a page at a time, searched while one types. What is chosen goes into the
// text as an upload does; its words are the library's, and the writer's to change here.
import {inert} from './text.js'

// card makes of a line of the server's page one that is chosen.
function card(li) {
  const label = document.createElement('label'), radio = document.createElement('input')
  radio.type = 'radio'
  radio.name = 'item'
  radio.value = li.dataset.item
  li.querySelector('.number')?.remove() // for browsers without this script
  label.append(radio, ...li.childNodes)
  li.append(label)
  return li
}

export function choosing(form, editor, clone, put) {
  const address = form.getAttribute('action').replace(/\/articles.*$/, '/media/choose')
  return function choose() {
    const dialog = clone('editor-library'), find = name => dialog.querySelector(name)
    const list = find('ul'), more = find('[data-more]'), said = find('[role=status]'), wrong = find('.wrong'), q = find('[name=q]'), shelf = find('[name=shelf]'), alt = find('[name=alt]')
    let older = '', turn = 0, timer = 0

    async function load(from, onward) {
      const mine = ++turn
      said.textContent = dialog.dataset.loading
      let page = null
      try {
        const res = await fetch(from, {redirect: 'manual', signal: AbortSignal.timeout(20000)})
        if (res.ok) page = inert(await res.text()).querySelector('#choices')
      } catch { /* said below */ }
      if (mine !== turn || !dialog.isConnected) return
      if (!page) { said.textContent = dialog.dataset.failed; return }
      const rows = [...page.children].map(card)
      if (onward) list.append(...rows)
      else list.replaceChildren(...rows)
      older = page.dataset.older ?? ''
      more.hidden = !older
      said.textContent = list.children.length ? dialog.dataset.count.replace('%d', list.children.length) : dialog.dataset.empty
      if (onward) rows[0]?.querySelector('input').focus()
      else picked()
    }
    const search = () => { clearTimeout(timer); load(address + '?' + new URLSearchParams({q: q.value.trim(), shelf: shelf.value})) }
    const chosen = () => list.querySelector('input:checked')?.closest('li')
    function picked() {
      const li = chosen()
      alt.closest('p').hidden = !li || li.dataset.picture === undefined
      alt.value = li?.dataset.alt ?? ''
      if (li) wrong.hidden = true
    }
    list.addEventListener('change', picked)
    more.addEventListener('click', () => load(older, true))
    shelf.addEventListener('change', search)
    q.addEventListener('input', e => { if (!e.isComposing) { clearTimeout(timer); timer = setTimeout(search, 300) } })
    q.addEventListener('compositionend', search)
    q.addEventListener('keydown', e => {
      if (e.key !== 'Enter' || e.isComposing) return
      e.preventDefault() // it searches; it puts nothing in
      search()
    })
    find('form').addEventListener('submit', e => {
      e.preventDefault()
      const li = chosen()
      if (!li) { wrong.hidden = false; (list.querySelector('input') ?? q).focus(); return }
      const made = inert(li.dataset.markup), img = made.querySelector('img')
      if (img) img.alt = alt.value.trim()
      put(made.innerHTML)
      dialog.close()
    })
    find('[data-close]').addEventListener('click', () => dialog.close())
    dialog.addEventListener('close', () => { clearTimeout(timer); dialog.remove(); if (!editor().isDestroyed) editor().view.focus() })
    document.body.append(dialog)
    dialog.showModal()
    search()
  }
}
