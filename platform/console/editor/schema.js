// The closed schema of a text: exactly what the server's sanitiser lets stand (platform/render), so that nothing is shown here which
// would be gone after saving. There are no inline styles, no colours and no fonts: a theme decides how a text looks.
import {Extension, Mark, Node, callOrReturn, getExtensionField} from '@tiptap/core'
import {history, redo, undo} from '@tiptap/pm/history'
import {Plugin} from '@tiptap/pm/state'
import {gapCursor} from '@tiptap/pm/gapcursor'
import {addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, mergeCells, splitCell, tableEditing, toggleHeaderRow} from '@tiptap/pm/tables'
import {chartKinds} from './chart.js'

// classes are the meanings a box may carry.
const classes = ['ta-l', 'ta-c', 'ta-r', 'indent-2', 'info', 'docno', 'sign']

const means = classes => ({
  class: {
    default: null,
    keepOnSplit: false,
    parseHTML: e => [...e.classList].filter(c => classes.includes(c)).join(' ') || null,
    renderHTML: a => a.class ? {class: a.class} : {},
  },
})
const meaning = means(classes)

const box = (name, tag, more = {}) => Node.create({
  name, group: 'block', content: 'inline*',
  addAttributes: () => meaning,
  parseHTML: () => [{tag}],
  renderHTML: ({HTMLAttributes}) => [tag, HTMLAttributes, 0],
  ...more,
})

const Doc = Node.create({name: 'doc', topNode: true, content: 'block+'})
const Text = Node.create({name: 'text', group: 'inline'})
const Paragraph = box('paragraph', 'p', {priority: 1000, addKeyboardShortcuts() { return {'Mod-Alt-0': () => this.editor.commands.setNode('paragraph')} }})

const levels = [2, 3, 4]
const Heading = Node.create({
  name: 'heading', group: 'block', content: 'inline*', defining: true,
  addAttributes: () => ({...meaning, level: {default: 2, rendered: false}}),
  parseHTML: () => levels.map(level => ({tag: 'h' + level, attrs: {level}})),
  renderHTML: ({node, HTMLAttributes}) => ['h' + node.attrs.level, HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return Object.fromEntries(levels.map(level => ['Mod-Alt-' + level, () => this.editor.commands.toggleNode('heading', 'paragraph', {level})]))
  },
})

const list = (name, tag, key) => Node.create({
  name, group: 'block list', content: 'listItem+',
  parseHTML: () => [{tag}],
  renderHTML: ({HTMLAttributes}) => [tag, HTMLAttributes, 0],
  addKeyboardShortcuts() { return {[key]: () => this.editor.commands.toggleList(name, 'listItem')} },
})

const ListItem = Node.create({
  name: 'listItem', content: 'block+', defining: true,
  parseHTML: () => [{tag: 'li'}],
  renderHTML: ({HTMLAttributes}) => ['li', HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem('listItem'),
      Tab: () => this.editor.commands.sinkListItem('listItem'),
      'Shift-Tab': () => this.editor.commands.liftListItem('listItem'),
    }
  },
})

const Blockquote = Node.create({
  name: 'blockquote', group: 'block', content: 'block+', defining: true,
  addAttributes: () => meaning,
  parseHTML: () => [{tag: 'blockquote'}],
  renderHTML: ({HTMLAttributes}) => ['blockquote', HTMLAttributes, 0],
  addKeyboardShortcuts() { return {'Mod-Shift-b': () => this.editor.commands.toggleWrap('blockquote')} },
})

const Rule = Node.create({name: 'rule', group: 'block', parseHTML: () => [{tag: 'hr'}], renderHTML: () => ['hr']})

const Break = Node.create({
  name: 'break', group: 'inline', inline: true, selectable: false, linebreakReplacement: true,
  parseHTML: () => [{tag: 'br'}], renderHTML: () => ['br'], renderText: () => '\n',
  addKeyboardShortcuts() { return {'Shift-Enter': () => this.editor.commands.insertContent({type: 'break'})} },
})

// A picture stands in a line, or in a figure. Both say what is to be seen in them.
const shown = () => ({src: {default: null}, alt: {default: '', parseHTML: e => e.getAttribute('alt') ?? ''}, width: {default: null}, height: {default: null}})
// Its address is the site's; here it is found below the console's path for that site, which the form tells.
export const site = {base: ''}
const seen = () => ({node}) => {
  const dom = document.createElement('img')
  const draw = ({attrs}) => {
    for (const name of ['alt', 'width', 'height']) dom.setAttribute(name, attrs[name] ?? '')
    if (attrs.src?.startsWith('/-/media/') && dom.getAttribute('src') !== site.base + attrs.src) dom.src = site.base + attrs.src
  }
  draw(node)
  return {dom, update: now => now.type === node.type && (draw(now), true)}
}
const Image = Node.create({
  name: 'image', group: 'inline', inline: true, draggable: true, addAttributes: shown, addNodeView: seen,
  parseHTML: () => [{tag: 'img[src]'}], renderHTML: ({HTMLAttributes}) => ['img', HTMLAttributes],
})
const Picture = Node.create({
  name: 'picture', draggable: true, addAttributes: shown, addNodeView: seen,
  parseHTML: () => [{tag: 'img[src]', context: 'figure/', priority: 60}], renderHTML: ({HTMLAttributes}) => ['img', HTMLAttributes],
})
// What is seen or heard in time stands in a figure. Its controls are not the text's to take away, and nothing loads before somebody wants it.
const plays = {controls: '', preload: 'none'}
const Film = Node.create({
  name: 'film', draggable: true,
  addAttributes: () => ({src: {default: null}, tag: {default: 'video', rendered: false, parseHTML: e => e.tagName.toLowerCase()}}),
  parseHTML: () => [{tag: 'video[src]'}, {tag: 'audio[src]'}],
  renderHTML: ({node, HTMLAttributes}) => [node.attrs.tag, {...HTMLAttributes, ...plays}],
  addNodeView: () => ({node}) => {
    const dom = document.createElement(node.attrs.tag)
    for (const name in plays) dom.setAttribute(name, plays[name])
    if (node.attrs.src?.startsWith('/-/media/')) dom.src = site.base + node.attrs.src
    return {dom, stopEvent: e => e.type !== 'dragstart'}
  },
})
const Figure = Node.create({
  name: 'figure', group: 'block', content: '(paragraph | picture | film | table)+ figcaption?', isolating: true,
  addAttributes: () => meaning,
  parseHTML: () => [{tag: 'figure'}], renderHTML: ({HTMLAttributes}) => ['figure', HTMLAttributes, 0],
})
const Figcaption = Node.create({
  name: 'figcaption', content: 'inline*', parseHTML: () => [{tag: 'figcaption'}], renderHTML: ({HTMLAttributes}) => ['figcaption', HTMLAttributes, 0],
})

// The tables of prosemirror-tables, without column widths: those would be inline styles.
const Table = Node.create({
  name: 'table', group: 'block', content: 'tableRow+', tableRole: 'table', isolating: true,
  addAttributes: () => means([...classes, ...chartKinds]),
  parseHTML: () => [{tag: 'table'}],
  renderHTML: ({HTMLAttributes}) => ['table', HTMLAttributes, ['tbody', 0]],
  addProseMirrorPlugins: () => [tableEditing()],
  extendNodeSchema(extension) {
    return {tableRole: callOrReturn(getExtensionField(extension, 'tableRole', {name: extension.name, options: extension.options, storage: extension.storage}))}
  },
  addCommands: () => ({
    insertTable: (rows, cols) => ({tr, dispatch, editor, state}) => {
      const {table, tableRow, tableCell, tableHeader, paragraph} = editor.schema.nodes
      const row = type => tableRow.create(null, Array.from({length: cols}, () => type.create(type === tableHeader ? {scope: 'col'} : null, paragraph.create())))
      const made = table.create(null, Array.from({length: rows}, (_, i) => row(i ? tableCell : tableHeader)))
      if (dispatch) {
        const at = state.selection.from
        tr.replaceSelectionWith(made)
        tr.setSelection(state.selection.constructor.near(tr.doc.resolve(Math.min(at + 2, tr.doc.content.size))))
        tr.scrollIntoView()
      }
      return true
    },
    onTable: what => ({state, dispatch}) => ({addRowAfter, addColumnAfter, deleteRow, deleteColumn, deleteTable, mergeCells, splitCell, toggleHeaderRow})[what](state, dispatch),
  }),
  addKeyboardShortcuts() {
    const go = way => () => goToNextCell(way)(this.editor.state, this.editor.view.dispatch)
    return {
      Tab: () => go(1)() || this.editor.isActive('table') && this.editor.chain().onTable('addRowAfter').command(({state, dispatch}) => goToNextCell(1)(state, dispatch)).run(),
      'Shift-Tab': go(-1),
    }
  },
})
const TableRow = Node.create({
  name: 'tableRow', content: '(tableCell | tableHeader)*', tableRole: 'row', parseHTML: () => [{tag: 'tr'}], renderHTML: ({HTMLAttributes}) => ['tr', HTMLAttributes, 0],
})
const span = name => ({default: 1, parseHTML: e => Number(e.getAttribute(name)) || 1, renderHTML: a => a[name] > 1 ? {[name]: a[name]} : {}})
const cell = (name, tag, role, more = {}) => Node.create({
  name, content: 'block+', tableRole: role, isolating: true,
  addAttributes: () => ({...meaning, colspan: span('colspan'), rowspan: span('rowspan'), colwidth: {default: null, rendered: false, parseHTML: () => null}, ...more}),
  parseHTML: () => [{tag}], renderHTML: ({HTMLAttributes}) => [tag, HTMLAttributes, 0],
})

const mark = (name, tags, key, more = {}) => Mark.create({
  name, parseHTML: () => tags.map(tag => ({tag})), renderHTML: ({HTMLAttributes}) => [tags[0], HTMLAttributes, 0],
  addKeyboardShortcuts() { return key ? {[key]: () => this.editor.commands.toggleMark(name)} : {} },
  ...more,
})

const Link = mark('link', ['a[href]'], '', {
  inclusive: false, priority: 1000,
  addAttributes: () => ({href: {default: null}}),
  renderHTML: ({HTMLAttributes}) => ['a', HTMLAttributes, 0],
})

// After a table or a picture at the end of a text there is always a line to write on; an empty one is not saved.
const Tail = Extension.create({
  name: 'tail',
  addProseMirrorPlugins: () => [new Plugin({
    appendTransaction: (_, __, state) => ['table', 'figure', 'blockquote', 'rule'].includes(state.doc.lastChild.type.name)
      ? state.tr.insert(state.doc.content.size, state.schema.nodes.paragraph.create()).setMeta('addToHistory', false) : null,
  })],
  onCreate: ({editor}) => editor.view.dispatch(editor.state.tr.setMeta('addToHistory', false)),
})

const History = Extension.create({
  name: 'history',
  addProseMirrorPlugins: () => [history(), gapCursor()],
  addCommands: () => ({
    undo: () => ({state, dispatch}) => undo(state, dispatch),
    redo: () => ({state, dispatch}) => redo(state, dispatch),
  }),
  addKeyboardShortcuts() {
    return {'Mod-z': () => this.editor.commands.undo(), 'Mod-y': () => this.editor.commands.redo(), 'Shift-Mod-z': () => this.editor.commands.redo()}
  },
})

export const schema = [
  Doc, Text, Paragraph, Heading, list('bulletList', 'ul', 'Mod-Shift-8'), list('orderedList', 'ol', 'Mod-Shift-7'), ListItem, Blockquote, Rule, Break,
  Image, Picture, Film, Figure, Figcaption, Table, TableRow, cell('tableCell', 'td', 'cell'),
  cell('tableHeader', 'th', 'header_cell', {scope: {default: null}}),
  Link, mark('bold', ['strong', 'b'], 'Mod-b'), mark('italic', ['em', 'i'], 'Mod-i'), mark('underline', ['u'], 'Mod-u'), mark('strike', ['s', 'del', 'strike']),
  mark('superscript', ['sup']), mark('subscript', ['sub']), Tail, History,
]
