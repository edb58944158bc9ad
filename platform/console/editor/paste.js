// What is pasted or dropped goes to the server, which knows what Word, WPS and Excel mean by it; when it cannot, the words alone come in.
// It is taken before the editor reads it: other programs' HTML is full of styles, which the page's policy would refuse one by one.
import {DOMParser as Reader, Slice} from '@tiptap/pm/model'
import {TextSelection} from '@tiptap/pm/state'
import {inert, prepare} from './text.js'

export function pasting(form, say, file) {
  let waiting = null // where it will stand, while the server thinks
  let copied = '' // the last that was copied out of this editor, which the schema has made
  const address = form.getAttribute('action').replace(/\/articles.*$/, '/paste')

  async function clean(editor, data) {
    const {from, to} = editor.state.selection
    const place = waiting = {from, to}
    say('pasting')
    let made = null, why = ''
    try {
      const res = await fetch(address, {method: 'POST', body: new URLSearchParams({...data, title: form.elements.title?.value ?? ''}), headers: {Accept: 'application/json'}, redirect: 'manual', signal: AbortSignal.timeout(15000)})
      if (res.ok) made = await res.json()
      else if ((res.headers.get('Content-Type') ?? '').startsWith('application/json')) why = (await res.json()).error ?? ''
    } catch { /* said below: the words come in without their form */ }
    if (waiting === place) waiting = null
    if (editor.isDestroyed) return
    const {doc, tr} = editor.state
    editor.view.dispatch(tr.setSelection(TextSelection.between(doc.resolve(place.from), doc.resolve(place.to))))
    if (!made) {
      if (data.text.length < 1 << 20) editor.view.pasteText(data.text)
      say(data.text.length < 1 << 20 ? 'pastedPlain' : 'pastedNone', why)
      return
    }
    let slice = Reader.fromSchema(editor.schema).parseSlice(inert(prepare(made.html)))
    const {content} = slice
    if (content.childCount > 1 && content.firstChild.type.name !== 'paragraph') slice = new Slice(content, 0, slice.openEnd) // a heading stays one
    editor.view.dispatch(editor.state.tr.replaceSelection(slice).scrollIntoView().setMeta('paste', true))
    // what was recognised of a document fills the fields that are still empty
    const found = {title: made.title, ...made.document, ...made.document && form.elements.kind?.value === 'news' ? {kind: made.kind} : {}}
    for (const [name, value] of Object.entries(found)) {
      const field = form.elements[name]
      if (!field || !value || field.value && name !== 'kind') continue
      field.value = value
      if (field.closest('details')) field.closest('details').open = true
      field.dispatchEvent(new Event('input', {bubbles: true}))
    }
    say('pasted', (made.notes ?? []).join(' '))
  }

  return {
    moved(tr) {
      if (waiting) {
        waiting.from = tr.mapping.map(waiting.from)
        waiting.to = tr.mapping.map(waiting.to)
      }
    },
    // handle answers whether it has taken what came.
    handle(editor, event, data) {
      const html = data?.getData('text/html')
      if (!data || html && copied && html.includes(copied)) return false
      if (data.files.length && !data.getData('text/plain').trim() && !inert(html).textContent.trim()) file(data.files) // a picture alone, whatever HTML names it
      else if (html) clean(editor, {html, rtf: data.getData('text/rtf'), text: data.getData('text/plain')})
      else return false // bare words
      event.preventDefault()
      return true
    },
    drop(editor, event) {
      if (editor.view.dragging) return false // within the text
      const at = editor.view.posAtCoords({left: event.clientX, top: event.clientY})
      if (at) editor.commands.setTextSelection(at.pos)
      return this.handle(editor, event, event.dataTransfer)
    },
    copied(event) { copied = event.clipboardData?.getData('text/html') ?? '' },
  }
}
