// The wall of sites: one tab stop for each city or county, arrow keys inside. Without this script every cell is a tab stop.
// A wall that is put in place later says so: tv.js.
const known = new WeakSet();
function rove(wall) {
  if (known.has(wall)) return;
  known.add(wall);
  const cells = [...wall.querySelectorAll('a')];
  if (cells.length === 0) return;
  let here = 0;
  cells.forEach((cell, i) => { cell.tabIndex = i === 0 ? 0 : -1; });
  const go = (to) => {
    cells[here].tabIndex = -1;
    here = to;
    cells[here].tabIndex = 0;
  };
  // The cell of the next row that stands nearest: cells that show names are not equally wide.
  const beside = (down) => {
    const from = cells[here].getBoundingClientRect();
    const middle = from.left + from.width / 2;
    let row = null, best = here, away = Infinity;
    for (let i = here + down; i >= 0 && i < cells.length; i += down) {
      const r = cells[i].getBoundingClientRect();
      if (Math.abs(r.top - from.top) < 2) continue;
      if (row !== null && Math.abs(r.top - row) > 2) break;
      row = r.top;
      const far = Math.abs(r.left + r.width / 2 - middle);
      if (far < away) [best, away] = [i, far];
    }
    return best;
  };
  wall.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowRight: () => here + 1, ArrowLeft: () => here - 1, ArrowDown: () => beside(1), ArrowUp: () => beside(-1), Home: () => 0, End: () => cells.length - 1 }[event.key];
    if (!to) return;
    event.preventDefault();
    const i = to();
    if (i < 0 || i >= cells.length) return;
    go(i);
    cells[here].focus();
  });
  wall.addEventListener('focusin', (event) => {
    const i = cells.indexOf(event.target);
    if (i >= 0 && i !== here) go(i);
  });
}
const all = () => document.querySelectorAll('.wall').forEach(rove);
all();
document.addEventListener('zhanqun:walls', all);
