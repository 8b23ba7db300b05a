/* Where each step of a ladder stands: event by event, or with time to scale. */

const LINE = 16;
const TOP = 26;
const SHORTEST_PAUSE_NS = 1e6;
const SHORTEST_PAUSE_WITHOUT_TRANSITS_NS = 20e6;
const TALLEST = 8e6;

function isPause(ns, usualNs) {
  return usualNs === 0
    ? ns > SHORTEST_PAUSE_WITHOUT_TRANSITS_NS
    : ns > Math.max(8 * usualNs, SHORTEST_PAUSE_NS);
}

/** Breaks words into lines of so many characters. */
function wrap(text, columns) {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  lines.push(line);
  return lines;
}

class Layout {
  constructor(model, sideColumns) {
    this.model = model;
    this.sideColumns = sideColumns;
    this.ys = new Float64Array(model.steps.length);
    this.bands = [];
    this.texts = [];
    this.height = 0;
  }

  /** Each step below the last one; pauses are bands. */
  static byEvent(model, sideColumns, stretch) {
    const layout = new Layout(model, sideColumns);
    let y = TOP;
    let before = 0;
    const side = [-LINE, -LINE];
    model.steps.forEach((step, i) => {
      const gap = step.timeNs - before;
      if (i > 0 && isPause(gap, model.usualNs)) {
        layout.bands.push({ top: y + 14, bottom: y + 36, ns: gap });
        y += 40;
      }
      before = step.timeNs;
      y = layout.place(step, y, side, stretch);
    });
    layout.finish(y + 60);
    return layout;
  }

  place(step, y, side, stretch) {
    let at = y;
    switch (step.type) {
      case 'l':
        at += 28 * stretch;
        break;
      case 'a': {
        const sent = this.ys[step.packet.leave];
        at = Math.max(at + (step.index === step.packet.leave + 1 ? 14 : 20) * stretch, sent + 14);
        break;
      }
      case 's':
        at = Math.max(at + 4, side[step.end] + LINE + 2);
        side[step.end] = at;
        this.beside(step, at, [step.state], 'state');
        break;
      case 'n': {
        if (step.end >= 0) {
          at = Math.max(at + 6, side[step.end] + LINE + 2);
          const lines = wrap(step.text, this.sideColumns);
          this.beside(step, at, lines, 'note');
          side[step.end] = at + (lines.length - 1) * LINE;
        } else {
          at += 32;
          const lines = wrap(step.text, 60);
          this.texts.push({ step, y: at, lines, style: 'between', bottom: at + lines.length * LINE });
          this.ys[step.index] = at;
          return at + (lines.length - 1) * LINE + 6;
        }
        break;
      }
      default: {
        at += 34;
        const lines = [...wrap(step.caption, 84), ...step.lines];
        this.texts.push({ step, y: at, lines, style: 'block', bottom: at + lines.length * LINE });
        this.ys[step.index] = at;
        return at + lines.length * LINE + 8;
      }
    }
    this.ys[step.index] = at;
    return at;
  }

  beside(step, y, lines, style) {
    this.texts.push({ step, y, lines, style, bottom: y + lines.length * LINE });
  }

  /** So many nanoseconds a pixel; what would cover something else is left out. */
  static toScale(model, sideColumns, nsPerPixel) {
    const layout = new Layout(model, sideColumns);
    const last = [-LINE, -LINE, -LINE];
    model.steps.forEach((step, i) => {
      const y = TOP + step.timeNs / nsPerPixel;
      layout.ys[i] = y;
      const column = step.end < 0 ? 2 : step.end;
      if ((step.type === 's' || step.type === 'n') && y - last[column] >= LINE) {
        const columns = step.end < 0 ? 60 : sideColumns;
        const lines = step.type === 's' ? [step.state] : wrap(step.text, columns).slice(0, 1);
        const style = step.type === 's' ? 'state' : step.end < 0 ? 'between' : 'note';
        layout.beside(step, y, lines, style);
        last[column] = y;
      }
    });
    layout.finish(TOP + model.endNs / nsPerPixel + 60);
    return layout;
  }

  finish(height) {
    this.height = Math.max(height, 120);
    this.arrows = this.model.packets.flatMap((packet) => this.arrowsOf(packet));
    this.arrows.sort((a, b) => a.y1 - b.y1);
    this.chunks = [];
    for (let i = 0; i < this.arrows.length; i += 64) {
      const part = this.arrows.slice(i, i + 64);
      const bottom = part.reduce((most, each) => Math.max(most, each.y1, each.y2), 0);
      this.chunks.push({ begin: i, end: i + part.length, top: part[0].y1, bottom });
    }
    this.bars = this.barsOf();
    this.times = this.timesOf();
  }

  arrowsOf(packet) {
    const y1 = this.ys[packet.leave];
    if (packet.arrive.length === 0) {
      return [{ packet, y1, y2: y1 + 14, fate: packet.lost ? 'lost' : 'unknown', copy: 0 }];
    }
    return packet.arrive.map((step, copy) => ({ packet, y1, y2: this.ys[step], fate: 'arrives', copy }));
  }

  barsOf() {
    const bars = [];
    const open = [null, null];
    this.model.steps.forEach((step, i) => {
      if (step.type === 's') {
        if (open[step.end]) {
          open[step.end].bottom = this.ys[i];
        }
        open[step.end] = { end: step.end, state: step.state, top: this.ys[i], bottom: this.height };
        bars.push(open[step.end]);
      }
    });
    return bars;
  }

  timesOf() {
    const times = [];
    let lastY = -LINE;
    let lastNs = -1;
    this.model.steps.forEach((step, i) => {
      if (step.timeNs !== lastNs && this.ys[i] - lastY >= LINE && step.type !== 'b') {
        times.push({ y: this.ys[i], ns: step.timeNs });
        lastY = this.ys[i];
        lastNs = step.timeNs;
      }
    });
    return times;
  }

  /** The last step at or above a place. */
  stepAt(y) {
    let best = 0;
    let low = 0;
    let high = this.ys.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (this.ys[middle] <= y) {
        best = middle;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return best;
  }

  /** Calls for each arrow that is at least partly between two places. */
  arrowsBetween(top, bottom, call) {
    for (const chunk of this.chunks) {
      if (chunk.top > bottom) {
        return;
      }
      if (chunk.bottom < top) {
        continue;
      }
      for (let i = chunk.begin; i < chunk.end; i++) {
        const arrow = this.arrows[i];
        if (arrow.y1 <= bottom && Math.max(arrow.y1, arrow.y2) >= top) {
          call(arrow);
        }
      }
    }
  }
}
