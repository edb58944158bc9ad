// The wall of sites: one tab stop for each city or county, arrow keys inside. Without this script every cell is a tab stop.
for (const wall of document.querySelectorAll('.wall')) {
  const cells = [...wall.querySelectorAll('a')];
  let here = 0;
  cells.forEach((cell, i) => { cell.tabIndex = i === 0 ? 0 : -1; });
  const perRow = () => {
    const top = cells[0].offsetTop;
    const n = cells.findIndex((cell) => cell.offsetTop > top);
    return n < 0 ? cells.length : n;
  };
  wall.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(), ArrowUp: -perRow(), Home: -here, End: cells.length - 1 - here }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const to = here + step;
    if (to < 0 || to >= cells.length) return;
    cells[here].tabIndex = -1;
    here = to;
    cells[here].tabIndex = 0;
    cells[here].focus();
  });
  wall.addEventListener('focusin', (event) => {
    const i = cells.indexOf(event.target);
    if (i < 0 || i === here) return;
    cells[here].tabIndex = -1;
    here = i;
    cells[here].tabIndex = 0;
  });
}
