// Pictures and files: chosen, pasted or dropped, they go to the server at once, with words for whoever cannot see them, and what it makes
// of them goes into the text. On a picture that stands there already the same dialog changes its words.

import {Selection} from '@tiptap/pm/state'
import {choosing} from './library.js'

// behind puts the cursor after the picture that was put in: what is typed next must not take its place.
function behind({state, view}) {
  const {$to} = state.selection
  for (let d = $to.depth; d > 0; d--) {
    if ($to.node(d).type.name !== 'figure') continue
    view.dispatch(state.tr.setSelection(Selection.near(state.doc.resolve($to.after(d)), 1)).scrollIntoView())
    return
  }
}

export function filing(form, editor, clone, say) {
  const address = form.getAttribute('action').replace(/\/articles.*$/, '/media')
  const shown = () => {
    const node = editor().state.selection.node
    return node && (node.type.name === 'image' || node.type.name === 'picture') ? node : null
  }

  const put = html => {
    editor().commands.insertContent(html)
    behind(editor())
    say('uploaded')
  }
  const choose = choosing(form, editor, clone, put)

  // What is large goes in pieces, on a line of its own in the dialog: see assets/upload.js.
  async function send(file, alt, list) {
    if (file.size > 8 << 20) {
      const large = {at: address, file, alt, list}
      document.dispatchEvent(new CustomEvent('upload', {detail: large}))
      if (large.made) return await large.made
    }
    const body = new FormData()
    body.append('alt', alt)
    body.append('file', file)
    let res
    try { res = await fetch(address, {method: 'POST', body, headers: {Accept: 'application/json'}, redirect: 'manual', signal: AbortSignal.timeout(120000)}) } catch { return {} }
    return (res.headers.get('Content-Type') ?? '').startsWith('application/json') ? await res.json() : {}
  }

  // ask opens the dialog, for files that came along or for those that are chosen in it.
  return function ask(given = []) {
    const dialog = clone('editor-file'), [file, alt] = ['file', 'alt'].map(n => dialog.querySelector(`[name=${n}]`))
    const wrong = dialog.querySelector('.wrong'), go = dialog.querySelector('.main'), list = dialog.querySelector('.names'), rows = dialog.querySelector('.uploads')
    const old = given.length ? null : shown()
    const stop = words => {
      wrong.textContent = words
      wrong.hidden = !words
      go.disabled = false
    }
    const library = dialog.querySelector('[data-library]')
    file.closest('p').hidden = library.hidden = !!old || given.length > 0
    library.addEventListener('click', () => { dialog.close(); choose() })
    list.textContent = [...given].map(f => f.name).join('\n')
    list.hidden = !given.length
    if (old) alt.value = old.attrs.alt
    document.body.append(dialog)
    dialog.addEventListener('close', () => { dialog.remove(); if (!editor().isDestroyed) editor().view.focus() })
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
    dialog.querySelector('form').addEventListener('submit', async e => {
      e.preventDefault()
      const words = alt.value.trim()
      if (old) {
        editor().commands.updateAttributes(old.type.name, {alt: words})
        dialog.close()
        return
      }
      const files = given.length ? [...given] : [...file.files]
      if (!files.length) { stop(dialog.dataset.none); file.focus(); return }
      go.disabled = true
      wrong.hidden = true
      say('uploading')
      for (const f of files) {
        const made = await send(f, files.length === 1 ? words : '', rows) // words for one picture are wrong for the next
        if (!dialog.isConnected || editor().isDestroyed) return // closed meanwhile: nothing goes into the text unseen
        for (const i of made.items ?? []) {
          editor().commands.insertContent(i.html)
          behind(editor())
        }
        if (made.canceled) { say('idle'); stop(''); given = files.slice(files.indexOf(f) + 1); return }
        if (made.error || !made.items?.length) { say('idle'); stop(made.error || dialog.dataset.failed); given = files.slice(files.indexOf(f)); return }
      }
      say('uploaded')
      dialog.close()
    })
    dialog.showModal()
    if (old || given.length) alt.focus()
  }
}
