/* Sequence numbers and windows over time, one direction each. */

const PLOT_HEIGHT = 190;

function roundStep(largest, most) {
  if (!(largest > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(largest / most));
  return [1, 2, 5, 10].map((f) => f * power).find((step) => step >= 1 && largest / step <= most) || 1;
}

/** What one end sends, and what comes back, as an observer at that end sees it. */
function directionOf(model, from) {
  const sent = [];
  const acks = [];
  let highest = 0;
  model.steps.forEach((step) => {
    const f = step.packet && step.packet.fields;
    if (!f || f.flags & FLAG.RST) {
      return;
    }
    if (step.type === 'l' && step.packet.from === from) {
      const length = f.text + (f.flags & FLAG.SYN ? 1 : 0) + (f.flags & FLAG.FIN ? 1 : 0);
      if (length > 0) {
        sent.push({ t: step.timeNs, low: f.seq, high: f.seq + length, packet: step.packet, step: step.index });
        highest = Math.max(highest, f.seq + length);
      }
    } else if (step.type === 'a' && step.packet.from !== from && f.flags & FLAG.ACK) {
      acks.push({ t: step.timeNs, ack: f.ack, edge: f.ack + f.window, window: f.window, sacks: f.sacks });
    }
  });
  return { sent, acks, highest };
}

class Plot {
  /** @param draw called with the plot when it is to be drawn */
  constructor(title, height, legend, onMoment) {
    this.figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.textContent = title;
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('role', 'img');
    this.height = height;
    const key = document.createElement('p');
    key.className = 'key';
    legend.forEach(([style, text]) => {
      const item = document.createElement('span');
      item.className = `key-${style}`;
      item.textContent = text;
      key.append(item);
    });
    this.figure.append(caption, this.canvas, key);
    this.canvas.addEventListener('pointermove', (e) => {
      const box = this.canvas.getBoundingClientRect();
      const share = (e.clientX - box.left - this.left) / (box.width - this.left - this.right);
      onMoment(Math.min(1, Math.max(0, share)) * this.endNs);
    });
    this.left = 52;
    this.right = 10;
    this.top = 8;
    this.bottom = 20;
  }

  begin(endNs, largest) {
    const width = this.figure.clientWidth || 320;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = this.height * ratio;
    this.canvas.style.height = `${this.height}px`;
    this.width = width;
    this.endNs = endNs || 1;
    this.largest = largest || 1;
    this.c = this.canvas.getContext('2d');
    this.c.scale(ratio, ratio);
    this.c.clearRect(0, 0, width, this.height);
    this.style = getComputedStyle(document.documentElement);
    this.axes();
  }

  colour(name) {
    return this.style.getPropertyValue(`--${name}`).trim();
  }

  x(t) {
    return this.left + (t / this.endNs) * (this.width - this.left - this.right);
  }

  y(value) {
    return this.height - this.bottom - (value / this.largest) * (this.height - this.top - this.bottom);
  }

  axes() {
    const c = this.c;
    c.strokeStyle = this.colour('line');
    c.fillStyle = this.colour('muted');
    c.font = '11px system-ui, sans-serif';
    c.lineWidth = 1;
    const step = roundStep(this.largest, 4);
    c.textAlign = 'right';
    for (let v = 0; v <= this.largest * 1.001; v += step) {
      this.stroke([[this.left, this.y(v)], [this.width - this.right, this.y(v)]]);
      c.fillText(compact(v), this.left - 5, this.y(v) + 4);
    }
    const timeStep = roundStep(this.endNs, 4);
    for (let t = 0; t <= this.endNs * 1.001; t += timeStep) {
      c.textAlign = t === 0 ? 'left' : 'center';
      if (this.x(t) < this.width - 24 || t === 0) {
        c.fillText(timeText(Math.round(t)), this.x(t), this.height - 5);
      }
    }
  }

  stroke(points, colour, dash) {
    const c = this.c;
    if (colour) {
      c.strokeStyle = this.colour(colour);
    }
    c.setLineDash(dash || []);
    c.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
    c.stroke();
    c.setLineDash([]);
  }

  /** A line that keeps its height until the next point. */
  stairs(points, colour, dash) {
    const path = [];
    points.forEach(([t, v], i) => {
      if (i > 0) {
        path.push([this.x(t), path[path.length - 1][1]]);
      }
      path.push([this.x(t), this.y(v)]);
    });
    if (path.length > 0) {
      path.push([this.x(this.endNs), path[path.length - 1][1]]);
      this.c.lineWidth = 1.5;
      this.stroke(path, colour, dash);
    }
  }

  cursor(timeNs) {
    this.c.lineWidth = 1;
    if (timeNs > this.endNs) {
      return;
    }
    this.stroke([[this.x(timeNs), this.top], [this.x(timeNs), this.height - this.bottom]], 'accent');
  }
}

function compact(value) {
  if (value >= 1e6) {
    return `${Number((value / 1e6).toFixed(1))} M`;
  }
  return value >= 1e4 ? `${Number((value / 1e3).toFixed(1))} k` : String(value);
}

class Plots {
  constructor(place, onTime) {
    this.place = place;
    this.onTime = onTime;
    new ResizeObserver(() => this.draw()).observe(place);
  }

  show(model) {
    this.model = model;
    this.moment = -1;
    this.place.replaceChildren();
    this.directions = [0, 1].map((from) => directionOf(model, from));
    this.plots = [];
    const speaks = this.directions.map((d) => d.highest > 2);
    const any = speaks[0] || speaks[1];
    this.place.hidden = !any;
    if (!any) {
      return;
    }
    const legend = [['text', 'sent'], ['again', 'again'], ['ack', 'acknowledged'], ['window', 'window'],
      ['sack', 'SACK']];
    [0, 1].filter((from) => speaks[from]).forEach((from) => {
      const plot = new Plot(`${model.names[from]} → ${model.names[1 - from]}: sequence numbers`, PLOT_HEIGHT,
        legend, this.onTime);
      plot.draw = () => this.sequence(plot, this.directions[from]);
      plot.canvas.setAttribute('aria-label', this.inWords(from));
      this.plots.push(plot);
    });
    const windows = new Plot('Octets in flight, and the peer’s window (dashed)', 150,
      [['text', `${model.names[0]} sends`], ['ack', `${model.names[1]} sends`]], this.onTime);
    windows.draw = () => this.windows(windows);
    windows.canvas.setAttribute('aria-label', 'Octets in flight and windows over time, both directions');
    this.plots.push(windows);
    this.place.append(...this.plots.map((plot) => plot.figure));
    this.draw();
  }

  inWords(from) {
    const d = this.directions[from];
    const again = d.sent.filter((each) => each.packet.again).length;
    return `Sequence numbers over time, ${this.model.names[from]} to ${this.model.names[1 - from]}: `
      + `${d.sent.length} segments up to ${d.highest}, ${again} of them sent again, ${d.acks.length} acknowledgments`;
  }

  setMoment(step) {
    this.moment = step;
    this.draw();
  }

  draw() {
    if (!this.model || this.waits) {
      return;
    }
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      this.plots.forEach((plot) => plot.draw());
    });
  }

  drawNow() {
    (this.plots || []).forEach((plot) => plot.draw());
  }

  sequence(plot, d) {
    const edges = d.acks.map((each) => each.edge).filter((edge) => edge < 4 * Math.max(d.highest, 1));
    plot.begin(this.model.lastPacketNs * 1.02, Math.max(d.highest, ...edges.slice(0, 20000), 1));
    plot.stairs(d.acks.filter((each) => each.edge <= plot.largest).map((each) => [each.t, each.edge]), 'window', [4, 3]);
    plot.stairs(d.acks.map((each) => [each.t, each.ack]), 'ack');
    plot.c.lineWidth = 2;
    d.acks.forEach((each) => each.sacks.forEach(([low, high]) => plot.stroke(
      [[plot.x(each.t), plot.y(low)], [plot.x(each.t), plot.y(high)]], 'sack')));
    d.sent.forEach((each) => {
      const y = plot.y(each.high);
      plot.stroke([[plot.x(each.t), plot.y(each.low)], [plot.x(each.t), Math.min(y, plot.y(each.low) - 2)]],
        each.packet.again ? 'again' : 'text');
    });
    this.cursor(plot);
  }

  windows(plot) {
    const lines = [0, 1].map((end) => this.model.steps.map((step, i) => {
      const k = this.model.at(i, end);
      return [step.timeNs, k.next - k.una, k.window];
    }));
    const largest = lines.flat().reduce((most, each) => Math.max(most, each[1] || 0), 1);
    const window = lines.flat().reduce((most, each) => Math.max(most, each[2] || 0), 1);
    plot.begin(this.model.lastPacketNs * 1.02, Math.max(largest, Math.min(window, 4 * largest)));
    lines.forEach((line, end) => {
      const flight = line.filter((each) => !Number.isNaN(each[1])).map((each) => [each[0], each[1]]);
      plot.stairs(flight, end === 0 ? 'text' : 'ack');
      const offered = line.filter((each) => each[2] <= plot.largest).map((each) => [each[0], each[2]]);
      plot.stairs(offered, end === 0 ? 'text' : 'ack', [4, 3]);
    });
    this.cursor(plot);
  }

  cursor(plot) {
    if (this.moment >= 0) {
      plot.cursor(this.model.steps[this.moment].timeNs);
    }
  }
}
