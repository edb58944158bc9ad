import {at, kindOf} from './chart.js'

// The toolbar: one stop of the Tab key, arrows inside (WAI-ARIA toolbar), every button a word. Its HTML and its words are the server's.

const acts = {
  paragraph: {run: c => c.setNode('paragraph'), on: e => e.isActive('paragraph') && !e.isActive('listItem') && !e.isActive('blockquote')},
  heading: {run: c => c.toggleNode('heading', 'paragraph', {level: 2}), on: e => e.isActive('heading', {level: 2})},
  subheading: {run: c => c.toggleNode('heading', 'paragraph', {level: 3}), on: e => e.isActive('heading', {level: 3})},
  bold: {run: c => c.toggleMark('bold'), on: e => e.isActive('bold')},
  bullets: {run: c => c.toggleList('bulletList', 'listItem'), on: e => e.isActive('bulletList')},
  numbers: {run: c => c.toggleList('orderedList', 'listItem'), on: e => e.isActive('orderedList')},
  quote: {run: c => c.toggleWrap('blockquote'), on: e => e.isActive('blockquote')},
  file: {on: e => ['image', 'picture'].includes(e.state.selection.node?.type.name)},
  table: {run: c => c.insertTable(3, 3), can: e => !e.isActive('table')},
  chart: {on: e => !!kindOf(at(e.state)?.table)},
  link: {on: e => e.isActive('link')},
  undo: {run: c => c.undo(), can: e => e.can().undo()},
  redo: {run: c => c.redo(), can: e => e.can().redo()},
}
for (const [name, what] of Object.entries({rowAfter: 'addRowAfter', columnAfter: 'addColumnAfter', deleteRow: 'deleteRow', deleteColumn: 'deleteColumn', merge: 'mergeCells', split: 'splitCell', headerRow: 'toggleHeaderRow', deleteTable: 'deleteTable'})) {
  acts[name] = {run: c => c.onTable(what), can: e => e.can().onTable(what)}
}

export function toolbar(bar, editor, more) {
  const inTable = bar.querySelector('[data-in=table]')
  const buttons = [...bar.querySelectorAll('button')]
  const open = () => buttons.filter(b => !b.closest('[hidden]'))
  const choose = b => buttons.forEach(o => { o.tabIndex = o === b ? 0 : -1 })
  choose(buttons[0])

  const press = b => {
    const name = b.dataset.do
    if (b.getAttribute('aria-disabled') === 'true') return
    if (more[name]) more[name]()
    else {
      editor.view.focus() // at once: what is typed next belongs into the text
      acts[name].run(editor.chain()).run()
    }
  }
  bar.addEventListener('mousedown', e => { if (e.target.closest('button')) e.preventDefault() }) // the text keeps its selection
  bar.addEventListener('click', e => {
    const b = e.target.closest('button')
    if (b) { choose(b); press(b) }
  })
  bar.addEventListener('keydown', e => {
    const all = open(), at = all.indexOf(document.activeElement)
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1}[e.key]
    if (e.key === 'Escape') editor.view.focus()
    if (to === undefined || at < 0) return
    e.preventDefault()
    const b = all[(to + all.length) % all.length]
    choose(b)
    b.focus()
  })

  const show = () => {
    const within = editor.isActive('table')
    if (inTable.hidden === within) {
      inTable.hidden = !within
      if (!within && inTable.contains(document.activeElement)) editor.view.focus()
      if (!open().some(b => b.tabIndex === 0)) choose(buttons[0])
    }
    for (const b of open()) {
      const a = acts[b.dataset.do]
      if (a?.on) b.setAttribute('aria-pressed', String(a.on(editor)))
      if (a?.can) b.setAttribute('aria-disabled', String(!a.can(editor)))
    }
  }
  editor.on('transaction', show)
  show()
  return {focus: () => open().find(b => b.tabIndex === 0)?.focus()}
}
