/* What happened, and what both ends know after each step. */

const FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 };
const KNOWN = ['next', 'una', 'received', 'window', 'offered', 'since', 'timer', 'tries',
  'shut', 'heard', 'idles'];

function readPacket(raw, index) {
  const f = raw[7];
  const fields = f && {
    number: f[0], flags: f[1], seq: f[2], ack: f[3], text: f[4], window: f[5], ttl: f[6],
    sourcePort: f[7], destinationPort: f[8], sacks: [],
  };
  for (let i = 9; f && i < f.length; i += 2) {
    fields.sacks.push([f[i], f[i + 1]]);
  }
  return {
    index, timeNs: raw[0], from: raw[1], kind: raw[2], name: raw[3], details: raw[4],
    lost: raw[5] === 1, arrivals: raw[6], fields, leave: -1, arrive: [], again: false,
  };
}

function readStep(raw, packets, index) {
  const step = { type: raw[0], timeNs: raw[1], index, end: -1, packet: null };
  switch (step.type) {
    case 'l':
      step.packet = packets[raw[2]];
      step.end = step.packet.from;
      step.packet.leave = index;
      break;
    case 'a':
      step.packet = packets[raw[2]];
      step.end = 1 - step.packet.from;
      step.copy = raw[3];
      step.packet.arrive[raw[3]] = index;
      break;
    case 's':
      step.end = raw[2];
      step.state = raw[3];
      break;
    case 'n':
      step.end = raw[2];
      step.text = raw[3];
      break;
    default:
      step.caption = raw[2];
      step.lines = raw.slice(3);
  }
  return step;
}

/** One ladder: its steps by time, and a table of what is known after each of them. */
class Model {
  constructor(raw) {
    this.title = raw.title;
    this.names = raw.names;
    this.words = raw.words;
    this.beginNs = raw.beginNs;
    this.usualNs = raw.usualNs;
    this.packets = raw.packets.map(readPacket);
    this.steps = raw.steps.map((s, i) => readStep(s, this.packets, i));
    this.states = [new Array(this.steps.length), new Array(this.steps.length)];
    this.known = new Float64Array(this.steps.length * 2 * KNOWN.length);
    this.learn();
  }

  /** The name that a list shows. */
  get label() {
    return this.title || this.names.join(' – ');
  }

  get endNs() {
    const last = this.steps[this.steps.length - 1];
    return last ? last.timeNs : 0;
  }

  /** When the last packet left or arrived: the TIME_WAIT behind it would make plots narrow. */
  get lastPacketNs() {
    let last = 0;
    this.steps.forEach((step) => { last = step.packet ? step.timeNs : last; });
    return last;
  }

  learn() {
    const now = [{}, {}];
    now.forEach((end) => KNOWN.forEach((name) => { end[name] = NaN; }));
    const state = ['', ''];
    this.steps.forEach((step, i) => {
      if (step.type === 's') {
        state[step.end] = step.state;
        Model.enters(now[step.end], step);
      } else if (step.packet && step.packet.fields) {
        (step.type === 'l' ? Model.leaves : Model.arrives)(now[step.end], step.packet, step.timeNs);
      }
      for (let end = 0; end < 2; end++) {
        this.states[end][i] = state[end];
        KNOWN.forEach((name, k) => {
          this.known[(i * 2 + end) * KNOWN.length + k] = now[end][name];
        });
      }
    });
  }

  /** What is over waits for nothing; TIME_WAIT has a timer of its own. */
  static enters(own, step) {
    own.state = step.state;
    own.since = step.timeNs;
    if (step.state === 'CLOSED') {
      own.timer = NaN;
      own.shut = NaN;
    } else if (step.state === 'TIME_WAIT') {
      own.timer = step.timeNs;
    }
  }

  static leaves(own, packet, timeNs) {
    const f = packet.fields;
    if (f.flags & FLAG.RST) {
      return;
    }
    const end = f.seq + f.text + (f.flags & FLAG.SYN ? 1 : 0) + (f.flags & FLAG.FIN ? 1 : 0);
    const begins = (f.flags & FLAG.SYN) !== 0 && !(f.seq + 1 === own.next);
    if (begins || Number.isNaN(own.next)) {
      own.una = f.seq;
      own.next = end;
      if (begins) {
        own.received = NaN;
      }
    } else {
      packet.again = end > f.seq && end <= own.next;
      own.next = Math.max(own.next, end);
    }
    if (end > f.seq) {
      Model.awaitsAck(own, packet.again, timeNs);
    }
    // A number that is acknowledged, and nothing new: a keep-alive probe (RFC 9293 §3.8.4).
    if (f.seq + 1 === own.una && own.una === own.next && f.text <= 1 && own.window !== 0) {
      own.idles = 1;
    }
    own.offered = f.window;
    if (f.flags & FLAG.ACK) {
      own.received = f.ack;
    }
  }

  /** The retransmission timer, as RFC 6298 §5 starts it; what goes again starts it anew. */
  static awaitsAck(own, again, timeNs) {
    if (Number.isNaN(own.timer)) {
      own.tries = 0;
    }
    if (again || Number.isNaN(own.timer)) {
      own.timer = timeNs;
      own.tries += again ? 1 : 0;
    }
  }

  static arrives(own, packet, timeNs) {
    const f = packet.fields;
    own.heard = timeNs;
    if (own.state === 'TIME_WAIT' && f.flags & FLAG.FIN) {
      // The last ACK was lost: 2MSL begin anew (RFC 9293 §3.10.7.4).
      own.timer = timeNs;
    }
    if (!(f.flags & FLAG.ACK) || f.flags & FLAG.RST) {
      return;
    }
    if (Number.isNaN(own.una) || (f.ack >= own.una && !(f.ack > own.next))) {
      if (!(f.ack <= own.una)) {
        own.timer = f.ack === own.next ? NaN : timeNs;
        own.tries = 0;
      }
      own.una = f.ack;
      if (f.window > 0) {
        own.shut = NaN;
      } else if (!(own.window === 0)) {
        own.shut = timeNs;
      }
      own.window = f.window;
    }
  }

  /** What an end knows after a step; NaN for what it does not. */
  at(step, end) {
    const found = { state: step < 0 ? '' : this.states[end][step] };
    KNOWN.forEach((name, k) => {
      found[name] = step < 0 ? NaN : this.known[(step * 2 + end) * KNOWN.length + k];
    });
    return found;
  }

  /** The last step at or before a time. */
  stepAt(timeNs) {
    let low = 0;
    let high = this.steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle].timeNs <= timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(0, low - 1);
  }

  /** The step in which a packet has had its effect: its arrival, and the state that it brought. */
  after(packet) {
    let step = packet.arrive[0] === undefined ? packet.leave : packet.arrive[0];
    const first = this.steps[step];
    for (let next = this.steps[step + 1]; next; next = this.steps[step + 1]) {
      if (next.type !== 's' || next.end !== first.end || next.timeNs !== first.timeNs) {
        break;
      }
      step++;
    }
    return step;
  }

  /** A packet in words, for those who hear the page. */
  describe(packet) {
    const name = (end) => this.names[end];
    const f = packet.fields;
    const number = f && f.number ? `packet ${f.number}, ` : '';
    const arrived = packet.arrivals[0];
    let fate = '';
    if (packet.lost) {
      fate = ', lost';
    } else if (arrived > packet.timeNs) {
      fate = `, arrives after ${timeText(arrived - packet.timeNs)}`;
    }
    const after = this.after(packet);
    const states = [0, 1]
      .filter((end) => this.states[end][after])
      .map((end) => `${name(end)} ${this.states[end][after]}`)
      .join(', ');
    return `${number}${timeText(packet.timeNs)}: ${name(packet.from)} to ${name(1 - packet.from)}, `
      + `${packet.name} ${packet.details}${fate}${states ? `; then ${states}` : ''}`;
  }
}

/** A length of time as people write it. */
function timeText(ns) {
  const abs = Math.abs(ns);
  const three = (value) => {
    const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return String(Number(value.toFixed(digits)));
  };
  if (abs >= 1e9) {
    return `${Number((ns / 1e9).toFixed(3))} s`;
  }
  if (abs >= 1e6) {
    return `${three(ns / 1e6)} ms`;
  }
  if (abs >= 1e3) {
    return `${three(ns / 1e3)} µs`;
  }
  return abs === 0 ? '0' : `${ns} ns`;
}

function countText(value) {
  return Number.isNaN(value) ? '–' : value.toLocaleString('en-US');
}
