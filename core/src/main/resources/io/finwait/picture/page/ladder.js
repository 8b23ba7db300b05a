/* Draws what is in view of a ladder, and lets it be pointed at. */

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 400;

function svg(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

class LadderView {
  /**
   * @param scroller the element that scrolls
   * @param heads where the ends' names stand
   * @param on { moment(step), select(packet) }
   */
  constructor(scroller, heads, on) {
    this.scroller = scroller;
    this.heads = heads;
    this.on = on;
    this.sheet = document.createElement('div');
    this.sheet.className = 'sheet';
    this.picture = svg('svg', { class: 'ladder', role: 'none', focusable: 'false' });
    this.momentLine = document.createElement('div');
    this.momentLine.className = 'moment';
    this.future = document.createElement('div');
    this.future.className = 'future';
    this.sheet.append(this.picture, this.future, this.momentLine);
    scroller.append(this.sheet);
    this.toScale = false;
    this.zoom = 1;
    this.selected = -1;
    this.moment = -1;
    this.scrubbed = false;
    this.waits = false;
    scroller.addEventListener('scroll', () => this.later());
    new ResizeObserver(() => this.arrange()).observe(scroller);
    scroller.addEventListener('pointermove', (e) => this.on.moment(this.stepUnder(e)));
    scroller.addEventListener('click', (e) => this.clicked(e));
  }

  show(model) {
    this.model = model;
    this.selected = -1;
    this.moment = -1;
    this.scrubbed = false;
    this.zoom = 1;
    this.scroller.scrollTop = 0;
    this.arrange();
  }

  arrange() {
    if (!this.model) {
      return;
    }
    const width = Math.max(420, this.scroller.clientWidth - 2);
    const narrow = width < 720;
    const sideWidth = narrow ? 104 : Math.min(210, width * 0.2);
    this.x = { time: narrow ? 58 : 72, a: 78 + sideWidth, b: width - sideWidth - 8, width, narrow, block: narrow ? 4 : 70 };
    const columns = Math.floor(sideWidth / 7.4);
    this.layout = this.toScale
      ? Layout.toScale(this.model, columns, this.nsPerPixel())
      : Layout.byEvent(this.model, columns, this.zoom);
    this.sheet.style.height = `${this.layout.height}px`;
    this.drawHeads();
    this.draw();
  }

  /** At first so many that the median pause between steps can be seen. */
  nsPerPixel() {
    const gaps = [];
    for (let i = 1; i < this.model.steps.length; i++) {
      const gap = this.model.steps[i].timeNs - this.model.steps[i - 1].timeNs;
      if (gap > 0) {
        gaps.push(gap);
      }
    }
    gaps.sort((a, b) => a - b);
    const usual = Math.max(this.model.usualNs, gaps[gaps.length >> 1] || 1);
    const wanted = usual / (28 * this.zoom);
    return Math.max(wanted, this.model.endNs / TALLEST, 1e-3);
  }

  drawHeads() {
    this.heads.replaceChildren();
    [0, 1].forEach((end) => {
      const head = document.createElement('div');
      head.className = 'head';
      head.style.left = `${end === 0 ? this.x.a : this.x.b}px`;
      const name = document.createElement('strong');
      name.textContent = this.model.names[end];
      const state = document.createElement('span');
      state.className = 'pill';
      head.append(name, state);
      this.heads.append(head);
    });
    this.drawHeadStates();
  }

  drawHeadStates() {
    const step = this.moment < 0 ? this.model.steps.length - 1 : this.moment;
    this.heads.querySelectorAll('.pill').forEach((pill, end) => {
      const state = step < 0 ? '' : this.model.states[end][step];
      pill.textContent = state;
      pill.className = `pill ${stateClass(state)}`;
    });
  }

  later() {
    if (!this.waits) {
      this.waits = true;
      requestAnimationFrame(() => {
        this.waits = false;
        this.draw();
      });
    }
  }

  /** Draws what is in view, or everything for a printer. */
  draw(everything = false) {
    if (!this.model) {
      return;
    }
    const height = this.layout.height;
    const top = everything ? 0 : Math.max(0, this.scroller.scrollTop - MARGIN);
    const bottom = everything
      ? height
      : Math.min(height, this.scroller.scrollTop + this.scroller.clientHeight + MARGIN);
    const p = this.picture;
    p.replaceChildren();
    p.style.top = `${top}px`;
    p.setAttribute('width', this.x.width);
    p.setAttribute('height', Math.max(1, bottom - top));
    p.setAttribute('viewBox', `0 ${top} ${this.x.width} ${Math.max(1, bottom - top)}`);
    this.drawBackground(top, bottom);
    this.layout.arrowsBetween(top, bottom, (arrow) => this.drawArrow(arrow));
    this.drawTexts(top, bottom);
    this.drawMoment();
  }

  drawBackground(top, bottom) {
    const { a, b, width } = this.x;
    const p = this.picture;
    for (const band of this.layout.bands) {
      if (band.bottom >= top && band.top <= bottom) {
        p.append(svg('rect', {
          x: 8, y: band.top, width: width - 16, height: band.bottom - band.top, rx: 4, class: 'band',
        }));
      }
    }
    [a, b].forEach((x) => p.append(svg('line', { x1: x, y1: top, x2: x, y2: bottom, class: 'lifeline' })));
    for (const bar of this.layout.bars) {
      if (bar.bottom >= top && bar.top <= bottom && bar.bottom > bar.top) {
        const from = Math.max(bar.top, top);
        p.append(svg('rect', {
          x: (bar.end === 0 ? a : b) - 6, y: from, width: 12,
          height: Math.min(bar.bottom, bottom) - from, rx: 1.5, class: `bar ${stateClass(bar.state)}`,
        }));
      }
    }
    for (const band of this.layout.bands) {
      if (band.bottom >= top && band.top <= bottom) {
        const y = (band.top + band.bottom) / 2 + 4;
        p.append(svg('text', { x: (a + b) / 2, y, class: 'pause' }, `${timeText(band.ns)} pass`));
      }
    }
    for (const time of this.layout.times) {
      if (time.y >= top && time.y <= bottom) {
        p.append(svg('text', { x: this.x.time, y: time.y + 4, class: 'time' }, timeText(time.ns)));
      }
    }
  }

  drawTexts(top, bottom) {
    const { a, b } = this.x;
    for (const text of this.layout.texts) {
      if (text.bottom < top || text.y > bottom) {
        continue;
      }
      const end = text.step.end;
      const place = end === 0 ? { x: a - 14, side: ' left' }
        : end === 1 ? { x: b + 14, side: '' } : { x: (a + b) / 2, side: ' middle' };
      if (text.style === 'between') {
        const longest = Math.max(...text.lines.map((each) => each.length));
        const wide = Math.min(b - a - 30, longest * 7.4 + 28);
        this.picture.append(svg('rect', {
          x: place.x - wide / 2, y: text.y - 13, width: wide, height: text.lines.length * LINE + 8,
          rx: 12, class: 'panel',
        }));
      } else if (text.style === 'block') {
        this.picture.append(svg('rect', {
          x: this.x.block, y: text.y - 18, width: this.x.width - this.x.block - 8, height: text.lines.length * LINE + 14,
          rx: 6, class: 'panel',
        }));
      }
      text.lines.forEach((line, i) => {
        const at = text.style === 'block' ? { x: this.x.block + 10, class: `mono${i === 0 ? ' caption' : ''}${this.x.narrow ? ' small' : ''}` }
          : { x: place.x, class: `${text.style}${place.side}` };
        this.picture.append(svg('text', { ...at, y: text.y + 4 + i * LINE }, line));
      });
    }
  }

  drawArrow(arrow) {
    const { packet, fate, copy } = arrow;
    const { a, b } = this.x;
    const from = packet.from === 0 ? a + 7 : b - 7;
    const whole = packet.from === 0 ? b - 7 : a + 7;
    const to = fate === 'arrives' ? whole : from + (whole - from) * 0.62;
    const y2 = fate === 'arrives' ? arrow.y2 : arrow.y1 + (arrow.y2 - arrow.y1) * 0.62;
    const chosen = packet.index === this.selected;
    const group = svg('g', {
      class: `packet ${packet.kind}${chosen ? ' chosen' : ''}${packet.again ? ' again' : ''}`,
      'data-packet': packet.index,
    });
    if (copy === 0) {
      group.id = `packet-${packet.index}`;
      group.setAttribute('role', 'option');
      group.setAttribute('aria-selected', chosen);
      group.setAttribute('aria-label', this.model.describe(packet));
    }
    group.append(svg('line', { x1: from, y1: arrow.y1, x2: to, y2, class: 'touch' }));
    const late = fate === 'arrives' && packet.arrivals[copy] - packet.timeNs > 4 * Math.max(this.model.usualNs, 2.5e5);
    group.append(svg('line', {
      x1: from, y1: arrow.y1, x2: to, y2, class: `arrow${copy > 0 || late || fate === 'unknown' ? ' dashed' : ''}`,
    }));
    const angle = Math.atan2(y2 - arrow.y1, to - from);
    if (fate === 'arrives') {
      group.append(svg('path', {
        d: 'M0 0L-11 -4.5L-11 4.5Z', class: 'tip',
        transform: `translate(${to} ${y2}) rotate(${(angle * 180) / Math.PI})`,
      }));
    } else if (fate === 'lost') {
      group.append(svg('path', { d: `M${to - 7} ${y2 - 7}l14 14m0 -14l-14 14`, class: 'cross' }));
    } else {
      group.append(svg('text', { x: to, y: y2 + 14, class: 'time' }, '?'));
    }
    if (copy === 0 && this.hasRoomForLabel(arrow)) {
      this.drawLabel(group, packet, { from, to, y1: arrow.y1, y2, angle });
    }
    this.picture.append(group);
  }

  /** With time to scale labels may fall upon each other: the earlier one stays. */
  hasRoomForLabel(arrow) {
    if (!this.toScale || arrow.packet.index === this.selected) {
      return true;
    }
    const before = this.layout.lastLabel && this.layout.lastLabel[arrow.packet.from];
    const first = !before || arrow.y1 < before.y1 || arrow.y1 - before.y1 >= LINE;
    if (first || before.index === arrow.packet.index) {
      this.layout.lastLabel = this.layout.lastLabel || [null, null];
      this.layout.lastLabel[arrow.packet.from] = { y1: arrow.y1, index: arrow.packet.index };
      return true;
    }
    return false;
  }

  drawLabel(group, packet, line) {
    const share = 0.3;
    const x = line.from + (line.to - line.from) * share;
    const y = line.y1 + (line.y2 - line.y1) * share;
    let turn = (line.angle * 180) / Math.PI;
    turn = turn > 90 ? turn - 180 : turn < -90 ? turn + 180 : turn;
    const small = Math.abs(turn) < 50 ? turn : 0;
    const anchor = packet.from === 0 ? -0.24 : 0.24;
    const along = (line.to - line.from) * Math.abs(anchor);
    const start = { x: x - along, y: y - (line.y2 - line.y1) * Math.abs(anchor) };
    const text = `${packet.name}  ${packet.details}`;
    const label = svg('text', {
      class: `label${packet.from === 1 ? ' left' : ''}`,
      transform: `translate(${start.x} ${start.y - 5}) rotate(${small})`,
    }, text);
    group.append(label);
  }

  drawMoment() {
    this.momentLine.hidden = this.moment < 0;
    this.future.hidden = this.moment < 0 || !this.scrubbed;
    if (this.moment >= 0) {
      const y = this.layout.ys[this.moment];
      this.momentLine.style.top = `${y}px`;
      this.future.style.top = `${y + 6}px`;
    }
  }

  setMoment(step, scrubbed) {
    this.moment = step;
    this.scrubbed = scrubbed;
    this.drawHeadStates();
    this.drawMoment();
  }

  select(index, scroll) {
    this.selected = index;
    if (index >= 0) {
      if (scroll) {
        this.reveal(this.layout.ys[this.model.packets[index].leave]);
      }
      this.scroller.setAttribute('aria-activedescendant', `packet-${index}`);
    } else {
      this.scroller.removeAttribute('aria-activedescendant');
    }
    this.draw();
  }

  reveal(y) {
    const room = this.scroller.clientHeight;
    if (y < this.scroller.scrollTop + 40 || y > this.scroller.scrollTop + room - 60) {
      this.scroller.scrollTop = Math.max(0, y - room / 2);
    }
  }

  stepUnder(event) {
    const y = event.clientY - this.sheet.getBoundingClientRect().top;
    return this.layout.stepAt(y + 4);
  }

  clicked(event) {
    const group = event.target.closest('[data-packet]');
    if (group) {
      this.on.select(Number(group.dataset.packet));
    }
  }
}

function stateClass(state) {
  return `state-${state.replace(/[^A-Za-z0-9_-]/g, '_')}`;
}
