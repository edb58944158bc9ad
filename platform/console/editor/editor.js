// The editor of the writing form. It takes the place of the form's text area and gives its text back to it, so that the form goes
// where it always goes; without this script, or in a browser that is too old for it, the plain form works.
import {Editor} from '@tiptap/core'
import {charting} from './chart.js'
import {filing} from './files.js'
import {pasting} from './paste.js'
import {schema, site} from './schema.js'
import {fromPlain, prepare, same, tidy} from './text.js'
import {toolbar} from './toolbar.js'

// address is what the server lets a link lead to.
const address = /^(?:https?:\/\/[^\s/\\@]+(?:[/?#]\S*)?|mailto:[^\s<>"]+@[^\s<>"]+|\/(?:[^/\\\s][^\s\\]*)?)$/i

const clone = name => document.getElementById(name).content.firstElementChild.cloneNode(true)

function write(form) {
  const area = form.elements.body, marked = form.elements.marked
  const given = marked.value === '1' ? area.value : fromPlain(area.value)
  const surface = document.createElement('div')
  surface.className = 'surface'
  const label = form.querySelector(`label[for=${area.id}]`)
  label.id ||= 'body-label'
  const line = clone('editor-line')
  const bar = clone('editor-toolbar')
  let timer = 0

  const say = (what, more = '') => { line.firstElementChild.textContent = line.dataset[what] + (more ? ' ' + more : '') }
  const file = filing(form, () => editor, clone, say)
  const paste = pasting(form, say, file)
  site.base = form.getAttribute('action').replace(/\/articles.*$/, '')
  const editor = new Editor({
    element: surface, extensions: schema, content: prepare(given), injectCSS: false, enableInputRules: false, enablePasteRules: false,
    editorProps: {
      attributes: {role: 'textbox', 'aria-multiline': 'true', 'aria-labelledby': label.id, 'aria-describedby': area.getAttribute('aria-describedby') ?? '', class: 'text', ...area.getAttribute('aria-invalid') ? {'aria-invalid': 'true'} : {}},
      handleDOMEvents: {
        paste: (_, e) => paste.handle(editor, e, e.clipboardData),
        drop: (_, e) => paste.drop(editor, e),
      },
      handleKeyDown: (_, e) => keys(e),
    },
    onTransaction: ({transaction}) => paste.moved(transaction),
    onUpdate: () => { clearTimeout(timer); timer = setTimeout(hand, 150); count() },
  })
  const html = () => editor.isEmpty ? '' : tidy(editor.getHTML())
  const before = given ? tidy(editor.getHTML()) : ''
  if (given && !same(given, before)) {
    editor.destroy()
    const p = document.createElement('p')
    p.className = 'hint'
    p.textContent = line.dataset.foreign
    area.after(p)
    return
  }

  // hand gives the text back to the form and tells whoever keeps it.
  function hand() {
    clearTimeout(timer)
    const now = html()
    if (now === area.value && marked.value === '1') return
    area.value = now
    marked.value = '1'
    area.dispatchEvent(new Event('input', {bubbles: true}))
  }
  function count() {
    const n = [...editor.getText({blockSeparator: ''}).replace(/\s+/g, '')].length
    line.lastElementChild.textContent = n ? line.dataset.count.replace('%d', n.toLocaleString('en')) : ''
  }
  function keys(e) {
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k') {
      e.preventDefault()
      e.stopPropagation()
      link()
      return true
    }
    if (e.key === 'Escape' && !e.isComposing || e.altKey && e.key === 'F10') {
      tools.focus()
      return true
    }
    return false
  }
  function link() {
    const dialog = clone('editor-link'), input = dialog.querySelector('input'), wrong = dialog.querySelector('.wrong'), off = dialog.querySelector('[value=off]')
    input.value = editor.getAttributes('link').href ?? ''
    off.hidden = !input.value
    document.body.append(dialog)
    dialog.addEventListener('close', () => { dialog.remove(); editor.view.focus() })
    dialog.querySelector('form').addEventListener('submit', e => {
      e.preventDefault()
      const how = e.submitter?.value
      let href = input.value.trim()
      if (how === 'set' && /^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(href)) href = 'https://' + href
      if (how === 'set' && !address.test(href)) {
        wrong.hidden = false
        input.setAttribute('aria-invalid', 'true')
        input.focus()
        return
      }
      const c = editor.chain().extendMarkRange('link')
      if (how === 'off') c.unsetMark('link').run()
      else if (editor.state.selection.empty && !editor.isActive('link')) c.insertContent({type: 'text', text: href, marks: [{type: 'link', attrs: {href}}]}).run()
      else c.setMark('link', {href}).run()
      dialog.close()
    })
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
    dialog.showModal()
    input.select()
  }

  const tools = toolbar(bar, editor, {link, file: () => file(), chart: charting(() => editor, clone)})
  const frame = document.createElement('div')
  frame.className = 'writer'
  frame.append(bar, surface, line)
  area.before(frame)
  area.hidden = true
  area.required = false // a hidden control cannot say what it lacks; the server does
  form.classList.add('writing')
  for (const plain of form.querySelectorAll('[data-upload], [data-charts]')) plain.remove() // the toolbar has it
  const hint = document.getElementById('body-hint')
  if (hint) hint.textContent = line.dataset.hint
  label.addEventListener('click', () => editor.view.focus())
  form.addEventListener('formdata', e => {
    hand()
    e.formData.set('body', area.value)
    e.formData.set('marked', marked.value)
  })
  editor.on('blur', hand)
  surface.addEventListener('copy', paste.copied) // after the editor has put it there
  surface.addEventListener('cut', paste.copied)
  area.addEventListener('resume', () => { if (editor.view.hasFocus()) editor.view.focus() }) // the cursor too, after a dialog
  area.addEventListener('restore', e => { // autosave.js brings back what was kept
    editor.commands.setContent(prepare(e.detail.marked ? e.detail.body : fromPlain(e.detail.body)))
    hand()
  })
  area.value = before // the text as the editor writes it, so that nothing counts as changed until somebody changes it
  marked.value = '1'
  count()
}

for (const form of document.querySelectorAll('form[data-write]')) {
  if (CSS.supports('height', '1svh')) write(form) // Chromium 108; older ones keep the plain form
}
