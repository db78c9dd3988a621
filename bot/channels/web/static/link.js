// The connection: a WebSocket, or long polls where sockets don't get through. It gives up never, but waits longer each
// time. Frames that are lost with a connection are said again by whoever is still waiting for their answer.

const PING_EVERY = 20000;
const ANSWER_WITHIN = 15000;
const CONNECT_WITHIN = 10000;
const LONGEST_WAIT = 30000;
const SOCKET_AGAIN_AFTER = 600000;
const TOO_MANY_WINDOWS = 4008;

export class Link {
  /** have(): the rows on the page. onFrame(frame). onState("connecting" | "ready" | "offline" | "elsewhere" | …). */
  constructor({ have, onFrame, onState }) {
    Object.assign(this, { have, onFrame, onState });
    this.state = "connecting";
    this.tries = 0;
    this.socketFailures = 0;
    this.polling = null;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.lost());
    addEventListener("pageshow", (event) => event.persisted && this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      if (this.state === "ready" && this.socket) this.ping();
      else this.now();
    });
  }

  set(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }

  /** Connects at once, instead of after the pause. */
  now() {
    if (this.state === "ready" || this.socket || this.polling) return;
    this.tries = 0;
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    if (navigator.onLine === false) return this.set("offline");
    this.set("connecting");
    if (this.socketFailures < 2) this.openSocket();
    else this.poll();
  }

  retry() {
    clearTimeout(this.timer);
    if (navigator.onLine === false) return this.set("offline");
    this.set("connecting");
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.tries++) * (0.5 + Math.random());
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** The network is gone: what is open is given up now rather than after a time-out. */
  lost() {
    if (this.socket) this.closed(this.socket);
    if (this.polling) this.polling.abort();
    this.set("offline");
  }

  welcomed() {
    this.tries = 0;
    this.set("ready");
  }

  // -- WebSocket

  openSocket() {
    let socket;
    try {
      socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/web/socket");
    } catch {
      this.socketFailures++;
      return this.retry();
    }
    this.socket = socket;
    this.answerBy(CONNECT_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", have: this.have() }));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      clearTimeout(this.deadline);
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") {
        this.socketFailures = 0;
        this.welcomed();
        this.pinger = setInterval(() => this.ping(), PING_EVERY);
      }
      this.onFrame(frame);
    };
    socket.onclose = (event) => socket === this.socket && this.closed(socket, event.code);
  }

  ping() {
    if (!this.socket || this.socket.readyState !== 1) return;
    this.socket.send('{"type":"ping"}');
    this.answerBy(ANSWER_WITHIN);
  }

  answerBy(patience) {
    clearTimeout(this.deadline);
    const socket = this.socket;
    this.deadline = setTimeout(() => socket === this.socket && this.closed(socket), patience);
  }

  closed(socket, code) {
    clearInterval(this.pinger);
    clearTimeout(this.deadline);
    this.socket = null;
    socket.onclose = socket.onmessage = null;
    socket.close();
    if (code === TOO_MANY_WINDOWS) return this.set("elsewhere");
    if (this.state !== "ready") this.socketFailures++;
    this.retry();
  }

  // -- long poll

  async poll() {
    const polling = (this.polling = new AbortController());
    const until = Date.now() + SOCKET_AGAIN_AFTER;
    let first = "1";
    try {
      while (Date.now() < until) {
        const query = new URLSearchParams({ first, have: this.have().join(",") });
        const answer = await fetch(`/web/poll?${query}`, { cache: "no-store", signal: polling.signal });
        const frames = await this.framesOf(answer);
        if (first) this.welcomed();
        first = "";
        frames.forEach((frame) => this.onFrame(frame));
        if (frames.some((frame) => frame.type === "elsewhere")) return this.set("elsewhere");
      }
      this.polling = null;
      this.openSocket(); // perhaps sockets get through by now; if not, polling goes on
    } catch {
      if (this.state === "no_cookie" || this.state === "offline") return;
      this.polling = null;
      this.socketFailures = 1; // perhaps it was the server: one socket is tried before polling again
      this.retry();
    } finally {
      if (this.polling === polling) this.polling = null;
    }
  }

  async framesOf(answer) {
    if (answer.status === 401) this.set("no_cookie");
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).frames;
  }

  /** Says something to the desk; false when it certainly didn't get away. */
  async send(frame) {
    if (this.socket) {
      if (this.state !== "ready" || this.socket.readyState !== 1) return false;
      this.socket.send(JSON.stringify(frame));
      if (frame.type !== "seen") this.answerBy(ANSWER_WITHIN);
      return true;
    }
    if (!this.polling) return false;
    try {
      const answer = await fetch("/web/frames", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ frames: [frame] }),
      });
      (await this.framesOf(answer)).forEach((each) => this.onFrame(each));
      return true;
    } catch {
      return false;
    }
  }
}
