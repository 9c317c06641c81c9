// Types for plugins of ocpp-tui. Put `/// <reference path="ocpp-tui.d.ts" />` into the first line of a plugin, and your editor knows
// everything that a plugin finds.

/** The payload of a message: the JSON object of a call or a result. */
type Payload = { [field: string]: any };

/** What a handler of a call may return. `undefined` leaves the usual answer as it is; a promise may decide later. */
type CallAnswer = Payload | Answer | undefined | null | void;

/** An answer that is no result: see `ocpp.error`, `ocpp.silence` and `ocpp.delay`. */
interface Answer {}

/** What else is known about a call that is to be answered. */
interface CallContext {
  /** The action of the call. */
  action: string;
  /** What would be answered without this plugin; `null` when that is no result. */
  usual: Payload | null;
}

/** A station: one of our charge points, or a charge point that is connected to our central system. `this` in the handlers. */
interface Station {
  /** Its identity. */
  id: string;
  /** The same, as ocppjs calls it. */
  chargePointId: string;
  /** The role that we play: `cp` for one of our charge points, `cs` for one that is connected to our central system. */
  role: 'cp' | 'cs';
  /** The OCPP version of its link, like `1.6`. */
  version: string | null;
  /** The same, as ocppjs calls it. */
  ocpp_version: string | null;
  /** Whether its link is up. */
  connected: boolean;
  /** Yours: what you put here stays with the station until the plugin is unloaded. */
  state: { [name: string]: any };
  /** Sends a call over its link. Resolves with the payload of the result, rejects with a `CallError`. Without a payload the default one is sent. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** Adds a line at this station to the trace. */
  mark(text: string): void;
}

/** Why a call got no result. */
interface CallError extends Error {
  /** The action of the call. */
  action: string;
  /** The peer's error code, or `Timeout`, `Lost` (the link), `NotSent`. */
  code: string;
  /** The sentence with it. */
  description: string;
}

/** The calls of ocppjs: they leave half a second later, to the only station, on top of the default payload. */
interface LaterCalls {
  /** Sends a call in half a second. */
  call(action: string, fields?: Payload): void;
}

/** A line that was typed, in its parts. */
interface ParsedLine {
  command: string;
  arguments: string[];
  options: { [name: string]: string };
}

/** How a command is explained and completed. */
interface CommandOptions {
  /** One sentence for `help`. */
  help?: string;
  /** Words that TAB offers behind the command. */
  complete?: string[];
}

/** The plugin itself: `this` in `onLoad` and `onUnload`. */
interface Plugin {
  /** The name of the plugin, which is its file's without `.js`. */
  name: string;
  /** The OCPP version of the newest link, like `1.5`. */
  ocpp_version: string | null;
  /** What this session is: `cp` for charge points, `cs` for a central system. */
  system: 'cp' | 'cs' | null;
  /** How messages travel on the newest link: `websocket` or `soap`. */
  protocol: string;
  /** The identity of our charge point, when there is exactly one. */
  chargePointId: string | null;
  /** Our charge point calls, as in ocppjs. */
  cp: LaterCalls;
  /** Our central system calls, as in ocppjs. */
  cs: LaterCalls;
  /** The settings of the plugin. */
  settings: Settings;
  /** Everything else. */
  ocpp: Ocpp;
  /** Adds a line to the trace. */
  log(text: string, prefix?: string): void;
  /** Takes a typed line apart. */
  parse(line: string): ParsedLine;
  /** Answers the calls of an action; `*` stands for every action. The last registration of an action counts. */
  onCall(action: string, handler: (this: Station, payload: any, context: CallContext) => CallAnswer | Promise<CallAnswer>): void;
  /** Hears of the results of our calls of an action; `*` stands for every action. */
  onResult(action: string, handler: (this: Station, payload: any, context: { action: string }) => any): void;
  /** Hears when the link of one of our charge points comes and goes. */
  onConnectionEvent(handler: (this: Station, type: 'connected' | 'disconnected', id: string) => any): void;
  /** Hears when a charge point connects to our central system and leaves. */
  onClientConnectionEvent(handler: (this: Station, type: 'connected' | 'disconnected', id: string) => any): void;
  /** Sees every typed line before anybody else; `true` means that it was for the plugin. `this` is the list of its words. */
  onCommand(handler: (this: string[], line: string) => boolean | void): void;
  /** Sees every frame before it is taken in: another text (or an array) takes its place, `null` drops it. */
  onIncoming(handler: (this: Station, text: string) => string | any[] | null | undefined | void): void;
  /** Sees every frame before it is sent: another text (or an array) takes its place, `null` drops it. */
  onOutgoing(handler: (this: Station, text: string) => string | any[] | null | undefined | void): void;
  /** Is told when nothing has happened for a second, once. */
  onIdle(handler: (this: Plugin) => any): void;
  /** Adds a command to the prompt. */
  command(name: string, options: CommandOptions, run: (this: Plugin, words: string[], line: string) => any): void;
  /** Unloads the plugin when the running handler has ended. */
  unload(): void;
}

/** The settings of the plugin. They outlive the session. */
interface Settings {
  /** One of them, or `otherwise` when there is none. */
  get(key: string, otherwise?: any): any;
  /** Changes one of them. */
  set(key: string, value: any): void;
  /** All of them. */
  all(): { [key: string]: any };
}

/** Answers, time and messages. */
interface Ocpp {
  /** The version of ocpp-tui. */
  version: string;
  /** Answers with an error. */
  error(code: string, description?: string): Answer;
  /** Does not answer at all. */
  silence(): Answer;
  /** Answers later; without an answer it is the usual one. */
  delay(milliseconds: number, answer?: CallAnswer): Answer;
  /** Waits, in an async function. */
  sleep(milliseconds: number): Promise<void>;
  /** Shows a person a line at once: as a toast on the full screen. It stays in the trace. */
  toast(text: string): void;
  /** All stations. */
  stations(): Station[];
}

/** Our charge points: `cp('CP1')` is one of them. */
interface ChargePoints {
  /** The charge point with this identity; throws when there is none. */
  (id: string): Station;
  /** A call of the only one that is connected. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** All of them. */
  stations(): Station[];
}

/** Our central system. */
interface CentralSystem {
  /** The charge point with this identity; throws when there is none. */
  station(id: string): Station;
  /** A call to the only charge point that is connected. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** All charge points that are or were connected. */
  stations(): Station[];
}

declare const cp: ChargePoints;
declare const cs: CentralSystem;
declare const ocpp: Ocpp;
declare const settings: Settings;
