/* Joins the parts: connections, ladder, facts, player, keyboard. */

(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($('data').textContent);
  const models = new Array(data.ladders.length);
  let current = -1;
  let model = null;
  let selected = -1;
  let moment = -1;
  let timer = 0;

  const modelOf = (index) => {
    models[index] = models[index] || new Model(data.ladders[index]);
    return models[index];
  };
  const view = new LadderView($('scroller'), $('heads'), {
    moment: (step) => { if (!timer) { setMoment(step, view.scrubbed && step > moment ? false : view.scrubbed); } },
    select: (index) => select(index, false),
  });
  const plots = new Plots($('plots'), (timeNs) => { if (!timer) { setMoment(model.stepAt(timeNs), false); } });

  function element(name, text, style) {
    const made = document.createElement(name);
    if (text !== undefined) {
      made.textContent = text;
    }
    if (style) {
      made.className = style;
    }
    return made;
  }

  function show(index) {
    stop();
    current = index;
    model = modelOf(index);
    selected = -1;
    moment = -1;
    view.show(model);
    plots.show(model);
    $('slider').max = Math.max(0, model.steps.length - 1);
    $('slider').value = $('slider').max;
    showWords();
    showMoment(model.steps.length - 1);
    showSegment();
    markConnection();
  }

  function showWords() {
    const place = $('words');
    place.replaceChildren();
    place.hidden = model.words.length === 0;
    const list = element('dl');
    model.words.forEach(([heading, text]) => {
      const words = element('dd');
      text.split(/(#\d+)/).forEach((part) => {
        const number = /^#\d+$/.test(part) ? Number(part.slice(1)) : 0;
        const packet = number && model.packets.find((p) => p.fields && p.fields.number === number);
        if (packet) {
          const button = element('button', part, 'link');
          button.type = 'button';
          button.addEventListener('click', () => select(packet.index, true));
          words.append(button);
        } else {
          words.append(part);
        }
      });
      list.append(element('dt', heading), words);
    });
    place.append(list);
  }

  function rows(table, head, lines) {
    table.replaceChildren();
    if (head) {
      const row = table.createTHead().insertRow();
      head.forEach((each) => { const th = element('th', each); th.scope = 'col'; row.append(th); });
    }
    const body = table.createTBody();
    lines.forEach((line) => {
      const row = body.insertRow();
      const th = element('th', line[0]);
      th.scope = 'row';
      th.colSpan = line.length === 1 ? 2 : 1;
      row.append(th);
      line.slice(1).forEach((each) => row.insertCell().append(each));
    });
  }

  function showMoment(step) {
    const ends = [0, 1].map((end) => model.at(step, end));
    const pill = (k) => element('span', k.state || '–', `pill ${stateClass(k.state || '')}`);
    const both = (what) => ends.map((k) => countText(what(k)));
    const nowNs = step < 0 ? NaN : model.steps[step].timeNs;
    const age = (sinceNs) => (Number.isNaN(sinceNs) ? '–' : timeText(nowNs - sinceNs));
    rows($('moment'), ['', ...model.names], [
      ['State', ...ends.map(pill)],
      ['In this state', ...ends.map((k) => age(k.since))],
      ['Timer', ...ends.map((k) => timerText(k, age))],
      ['Sent up to', ...both((k) => k.next)],
      ['Acknowledged', ...both((k) => k.una)],
      ['In flight', ...both((k) => k.next - k.una)],
      ['Peer’s window', ...both((k) => k.window)],
      ['May send', ...both((k) => Math.max(0, k.una + k.window - k.next))],
      ['Received up to', ...both((k) => k.received)],
      ['Offers', ...both((k) => k.offered)],
    ]);
    $('time').textContent = step < 0 ? '' : timeText(model.steps[step].timeNs);
    $('slider').setAttribute('aria-valuetext', `${$('time').textContent}: `
      + [0, 1].map((end) => `${model.names[end]} ${ends[end].state}`).join(', '));
  }

  /** The timer that must run, by what was sent and acknowledged, and for how long it has. */
  function timerText(known, age) {
    if (known.state === 'TIME_WAIT') {
      return `2MSL, ${age(known.timer)}`;
    }
    if (!Number.isNaN(known.shut) && known.next - known.una <= 1) {
      return `window probe, closed for ${age(known.shut)}`;
    }
    if (!Number.isNaN(known.timer)) {
      return `retransmission, ${age(known.timer)}${known.tries > 0 ? `, again × ${known.tries}` : ''}`;
    }
    if (known.idles > 0 && known.state !== 'CLOSED') {
      return `keep-alive, idle for ${age(known.heard)}`;
    }
    return '–';
  }

  function showSegment() {
    const packet = model.packets[selected];
    if (!packet) {
      rows($('segment'), null, [['Choose an arrow.']]);
      return;
    }
    const f = packet.fields;
    const lines = [
      ['Flags', packet.name],
      ['From', model.names[packet.from]],
      ['Sent at', timeText(packet.timeNs)],
      ['Fate', fateOf(packet)],
    ];
    if (f) {
      lines.unshift(...(f.number ? [['Packet', `#${f.number}`]] : []));
      lines.push(['SEQ', `${countText(f.seq)}${packet.again ? ', again' : ''}`]);
      if (f.flags & FLAG.ACK) {
        lines.push(['ACK', countText(f.ack)]);
      }
      lines.push(['Text', `${countText(f.text)} octets`],
        ['Window', countText(f.window)], ['TTL', String(f.ttl)],
        ['Ports', `${f.sourcePort} → ${f.destinationPort}`]);
      if (f.sacks.length > 0) {
        lines.push(['SACK', f.sacks.map(([low, high]) => `${low}–${high}`).join(', ')]);
      }
    } else {
      lines.push(['Says', packet.details]);
    }
    rows($('segment'), null, lines);
  }

  function fateOf(packet) {
    if (packet.lost) {
      return 'lost';
    }
    if (packet.arrivals.length === 0) {
      return 'not known';
    }
    const took = packet.arrivals.map((at) => at - packet.timeNs);
    return took.every((ns) => ns === 0) ? 'as captured'
      : `arrived after ${took.map(timeText).join(', a copy after ')}`;
  }

  function setMoment(step, scrubbed) {
    if (step === moment && scrubbed === view.scrubbed) {
      return;
    }
    moment = step;
    view.setMoment(step, scrubbed);
    plots.setMoment(step);
    $('slider').value = step;
    showMoment(step);
  }

  function select(index, scroll) {
    if (index < 0 || index >= model.packets.length) {
      return;
    }
    selected = index;
    const packet = model.packets[index];
    view.select(index, scroll);
    setMoment(model.after(packet), view.scrubbed);
    showSegment();
    $('announcer').textContent = model.describe(packet);
  }

  /* The player: pauses last at most a second and a half. */

  function play() {
    if (timer) {
      stop();
      return;
    }
    const atEnd = moment < 0 || moment >= model.steps.length - 1;
    $('play').textContent = '⏸';
    $('play').setAttribute('aria-label', 'Pause');
    advance(atEnd ? 0 : moment);
  }

  function advance(step) {
    setMoment(step, true);
    view.reveal(view.layout.ys[step]);
    if (step >= model.steps.length - 1) {
      stop();
      return;
    }
    const gapMs = (model.steps[step + 1].timeNs - model.steps[step].timeNs) / 1e6;
    const wait = Math.min(1500, Math.max(180, gapMs)) / Number($('speed').value);
    timer = setTimeout(() => advance(step + 1), wait);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    $('play').textContent = '▶';
    $('play').setAttribute('aria-label', 'Play');
  }

  /* The list of connections. */

  const MOST_LISTED = 500;

  function listConnections() {
    const wanted = $('filter').value.toLowerCase();
    const list = $('list');
    list.replaceChildren();
    let listed = 0;
    let left = 0;
    data.ladders.forEach((raw, index) => {
      const name = raw.title || raw.names.join(' – ');
      const verdict = (raw.words[0] || ['', ''])[1];
      if (wanted && !`${name} ${verdict}`.toLowerCase().includes(wanted)) {
        return;
      }
      if (listed++ >= MOST_LISTED) {
        left++;
        return;
      }
      const item = element('div', undefined, 'connection');
      item.id = `connection-${index}`;
      item.dataset.index = index;
      item.setAttribute('role', 'option');
      item.append(element('b', name), element('span', verdict));
      list.append(item);
    });
    if (left > 0) {
      list.append(element('p', `and ${left} more; filter to see them`, 'muted'));
    }
    markConnection();
  }

  function markConnection() {
    $('list').querySelectorAll('[role=option]').forEach((item) => {
      const chosen = Number(item.dataset.index) === current;
      item.setAttribute('aria-selected', chosen);
      if (chosen) {
        $('list').setAttribute('aria-activedescendant', item.id);
        item.scrollIntoView({ block: 'nearest' });
      }
    });
  }

  function nextConnection(by) {
    const next = current + by;
    if (next >= 0 && next < data.ladders.length) {
      show(next);
    }
  }

  /* What is pressed. */

  function toggleScale() {
    view.toScale = !view.toScale;
    view.zoom = 1;
    $('scale').setAttribute('aria-pressed', view.toScale);
    view.arrange();
    if (moment >= 0) {
      view.reveal(view.layout.ys[moment]);
    }
  }

  function zoom(by) {
    const middle = view.layout.stepAt($('scroller').scrollTop + $('scroller').clientHeight / 2);
    view.zoom = Math.min(view.toScale ? 64 : 4, Math.max(view.toScale ? 1 / 256 : 0.5, view.zoom * by));
    view.arrange();
    $('scroller').scrollTop = view.layout.ys[middle] - $('scroller').clientHeight / 2;
  }

  const themes = ['auto', 'light', 'dark'];

  function nextTheme() {
    const root = document.documentElement;
    const now = themes.indexOf(root.dataset.theme || 'auto');
    root.dataset.theme = themes[(now + 1) % themes.length];
    $('theme').textContent = `Theme: ${root.dataset.theme}`;
    plots.draw();
  }

  function help() {
    $('keys').hidden = !$('keys').hidden;
    $('help').setAttribute('aria-expanded', !$('keys').hidden);
  }

  function showAll() {
    stop();
    moment = -1;
    view.setMoment(-1, false);
    plots.setMoment(-1);
    showMoment(model.steps.length - 1);
    $('slider').value = $('slider').max;
  }

  const ladderKeys = {
    ArrowDown: () => select(selected + 1, true),
    ArrowUp: () => select(Math.max(0, selected - 1), true),
    PageDown: () => select(Math.min(model.packets.length - 1, selected + 10), true),
    PageUp: () => select(Math.max(0, selected - 10), true),
    Home: () => select(0, true),
    End: () => select(model.packets.length - 1, true),
    ' ': play,
  };
  const keys = {
    t: toggleScale, '+': () => zoom(1.5), '=': () => zoom(1.5), '-': () => zoom(1 / 1.5), '?': help,
    '[': () => nextConnection(-1), ']': () => nextConnection(1), Escape: showAll,
  };

  $('scroller').addEventListener('keydown', (e) => {
    if (ladderKeys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) {
      ladderKeys[e.key]();
      e.preventDefault();
    }
  });
  $('list').addEventListener('keydown', (e) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      nextConnection(e.key === 'ArrowDown' ? 1 : -1);
      e.preventDefault();
    }
  });
  document.addEventListener('keydown', (e) => {
    const typing = e.target.matches('input[type=search], select');
    if (keys[e.key] && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
      keys[e.key]();
      e.preventDefault();
    }
  });
  $('list').addEventListener('click', (e) => {
    const item = e.target.closest('[role=option]');
    if (item) {
      show(Number(item.dataset.index));
    }
  });
  $('filter').addEventListener('input', listConnections);
  $('slider').addEventListener('input', () => {
    stop();
    const step = Number($('slider').value);
    setMoment(step, true);
    view.reveal(view.layout.ys[step]);
  });
  $('play').addEventListener('click', play);
  $('scale').addEventListener('click', toggleScale);
  $('zoom-in').addEventListener('click', () => zoom(1.5));
  $('zoom-out').addEventListener('click', () => zoom(1 / 1.5));
  $('theme').addEventListener('click', nextTheme);
  $('help').addEventListener('click', help);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plots.draw());
  window.addEventListener('beforeprint', () => { view.draw(true); plots.drawNow(); });
  window.addEventListener('afterprint', () => view.draw());

  $('connections').hidden = data.ladders.length < 2;
  if (data.ladders.length > 0) {
    listConnections();
    show(0);
  } else {
    $('words').append(element('p', 'There is no connection to show.'));
  }
})();
