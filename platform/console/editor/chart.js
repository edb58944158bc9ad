// The table at the cursor is shown as a chart as well, or no longer. The server draws it of the table's own numbers (platform/render); here the
// table carries the kind, and the figure around it the words below.
import {closeHistory} from '@tiptap/pm/history'
import {TextSelection} from '@tiptap/pm/state'

export const chartKinds = ['chart-bar', 'chart-line']

// at is the table around the cursor, with where it begins and the figure that holds nothing else but its words.
export function at(state) {
  const {$from} = state.selection
  for (let d = $from.depth; d > 0; d--) {
    if ($from.node(d).type.name !== 'table') continue
    const table = $from.node(d), up = $from.node(d - 1)
    const figure = up.type.name === 'figure' && [...Array(up.childCount).keys()].every(i => up.child(i) === table || up.child(i).type.name === 'figcaption') ? up : null
    return {table, pos: $from.before(d), figure, around: figure ? $from.before(d - 1) : 0}
  }
  return null
}

export const kindOf = table => (table?.attrs.class ?? '').split(' ').find(c => chartKinds.includes(c)) ?? ''

// words are what stands below the table.
export const words = figure => figure?.lastChild.type.name === 'figcaption' ? figure.lastChild.textContent : ''

// draw gives the table at the cursor a kind, or none, and its words, or none; one step for whoever undoes it.
export function draw(editor, kind, said) {
  const {state, view} = editor, here = at(state)
  if (!here) return false
  const {table, figure} = here, {nodes} = state.schema
  const rest = (table.attrs.class ?? '').split(' ').filter(c => c && !chartKinds.includes(c))
  const made = table.type.create({...table.attrs, class: [...rest, kind].filter(Boolean).join(' ') || null}, table.content)
  const within = state.selection.from - here.pos
  const from = figure ? here.around : here.pos, to = from + (figure ?? table).nodeSize
  const kept = figure && words(figure) === said && said ? figure.lastChild : said ? nodes.figcaption.create(null, state.schema.text(said)) : null
  const now = kept ? nodes.figure.create(figure?.attrs, [made, kept]) : made
  const tr = closeHistory(state.tr.replaceWith(from, to, now))
  tr.setSelection(TextSelection.near(tr.doc.resolve(from + within + (kept ? 1 : 0))))
  view.dispatch(tr.scrollIntoView())
  view.dispatch(closeHistory(view.state.tr)) // what is typed next is a step of its own
  return true
}

// charting opens the dialog for the table at the cursor.
export function charting(editor, clone) {
  return function ask() {
    const here = at(editor().state)
    if (!here) return
    const dialog = clone('editor-chart'), [kind, said] = ['kind', 'words'].map(n => dialog.querySelector(`[name=${n}]`))
    const was = kindOf(here.table)
    kind.value = was || chartKinds[0] // who asks for a chart of a table that is none wants one
    said.value = words(here.figure)
    document.body.append(dialog)
    dialog.addEventListener('close', () => { dialog.remove(); if (!editor().isDestroyed) editor().view.focus() })
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close())
    dialog.querySelector('form').addEventListener('submit', e => {
      e.preventDefault()
      draw(editor(), kind.value, said.value.trim())
      dialog.close()
    })
    dialog.showModal()
  }
}
