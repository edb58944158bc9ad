// What is pasted goes to the server, which knows what Word, WPS and Excel mean by it; when it cannot, the words alone come in.

export function pasting(form, say) {
  let waiting = null // where it will stand, while the server thinks
  let ours = false // the next paste is what the server has made
  const address = form.getAttribute('action').replace(/\/articles.*$/, '/paste')

  async function clean(editor, data) {
    const {from, to} = editor.state.selection
    const place = waiting = {from, to}
    say('pasting')
    let made = null
    try {
      const res = await fetch(address, {method: 'POST', body: new URLSearchParams(data), headers: {Accept: 'application/json'}, redirect: 'manual', signal: AbortSignal.timeout(15000)})
      if (res.ok) made = await res.json()
    } catch { /* said below: the words come in without their form */ }
    if (waiting === place) waiting = null
    if (editor.isDestroyed) return
    editor.commands.setTextSelection(place)
    if (!made) {
      editor.view.pasteText(data.text)
      say('pastedPlain')
      return
    }
    ours = true
    editor.view.pasteHTML(made.html)
    ours = false
    const title = form.elements.title
    if (made.title && title && !title.value) {
      title.value = made.title
      title.dispatchEvent(new Event('input', {bubbles: true}))
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
    handle(editor, event) {
      const data = event.clipboardData
      if (ours || !data) return false
      const html = data.getData('text/html')
      if (!html && !data.getData('text/plain') && data.files.length) {
        say('noFiles')
        return true
      }
      if (!html || html.includes('data-pm-slice')) return false // bare words, or out of this editor: the schema is enough
      clean(editor, {html, rtf: data.getData('text/rtf'), text: data.getData('text/plain')})
      return true
    },
  }
}
