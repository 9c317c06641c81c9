// Types for plugins of ocpp-tui. Put `/// <reference path="ocpp-tui.d.ts" />` into the first line of a plugin for completion and checks in
// your editor.

/** The payload of a message: the JSON object of a call or a result. */
type Payload = { [field: string]: any };

/** The return value of a call handler. `undefined` sends the default answer; a promise decides later. */
type CallAnswer = Payload | Answer | undefined | null | void;

/** An answer that is not a result: see `ocpp.error`, `ocpp.silence` and `ocpp.delay`. */
interface Answer {}

/** More about a call that must be answered. */
interface CallContext {
  /** The action of the call. */
  action: string;
  /** The answer that would be sent without this plugin; `null` when it is not a result. */
  usual: Payload | null;
}

/** A station: one of our charge points, or a charge point that is connected to our central system. `this` in the handlers. */
interface Station {
  /** Its identity. */
  id: string;
  /** The same, under its name in ocppjs. */
  chargePointId: string;
  /** Our role: `cp` for one of our charge points, `cs` for one that is connected to our central system. */
  role: 'cp' | 'cs';
  /** Whether it is passed on to its central system by a proxy of ours. Frames of both sides are seen then; `role` is `cs`. */
  pair: boolean;
  /** The OCPP version of its link, such as `1.6`. */
  version: string | null;
  /** The same, under its name in ocppjs. */
  ocpp_version: string | null;
  /** Whether its link is up. */
  connected: boolean;
  /** For the plugin: values stored here are kept with the station until the plugin is unloaded. */
  state: { [name: string]: any };
  /** Sends a call over its link. Resolves with the payload of the result, rejects with a `CallError`. Without a payload the default one is sent. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** Adds a line for this station to the trace. */
  mark(text: string): void;
  /** What hands do at its machine: at one of our charge points, or at the one of ours behind a link of our central system. */
  hands: Hands;
}

/** What hands do at a simulated charge point. A promise rejects when that is impossible. Without a connector it is the one where it makes sense. */
interface Hands {
  /** Plugs a car in. */
  plug(connector?: number): Promise<void>;
  /** Takes the cable out of the car, and home unless it stays locked. */
  unplug(connector?: number): Promise<void>;
  /** Holds a card to the reader: it starts, or it stops what it or a card of its group has started. */
  present(idTag: string, connector?: number): Promise<void>;
  /** Breaks something; connector 0 is the charge point as a whole. */
  fault(errorCode?: string, connector?: number, info?: string): Promise<void>;
  /** Repairs what is faulted. */
  recover(connector?: number): Promise<void>;
  /** Switches the power off; `stop` says when running transactions are stopped: by default after the next boot. */
  powerOff(options?: { stop?: 'before' | 'after' | 'never' }): Promise<void>;
  /** Switches the power on. */
  powerOn(): Promise<void>;
  /** Cuts the network without a goodbye. */
  offline(): Promise<void>;
  /** Gives the network back. */
  online(): Promise<void>;
  /** The car draws nothing for now, draws energy again, or is full. */
  ev(state: 'suspend' | 'ready' | 'full', connector?: number): Promise<void>;
  /** The lock fails, or works again. */
  lock(state: 'fail' | 'ok', connector?: number): Promise<void>;
  /** Parks a car in the bay, without plugging it in. */
  park(connector?: number): Promise<void>;
  /** Drives the parked car away. */
  leave(connector?: number): Promise<void>;
  /** The driver wants no more than this: Wh, seconds, the cost at 0.30 for a kilowatt-hour, or the percent of the battery. */
  limit(limit: { energy: number } | { time: number } | { cost: number } | { soc: number }, connector?: number): Promise<void>;
  /** The car says by ISO 15118 what it needs, at a station of OCPP 2.x: Wh, and in how many seconds it departs. */
  needs(needs: { energy: number; departure?: number }, connector?: number): Promise<void>;
  /** The energy management of the site limits a station of OCPP 2.x to so many watts, or takes its limit back. */
  ems(power: number | 'off', connector?: number): Promise<void>;
  /** A driver, a car or the grid needs a service of a station of OCPP 2.x. */
  service(service: 'battery-swap' | 'install-contract' | 'update-contract' | 'priority-charging' | 'refuse-tariff' | 'grid-fault', connector?: number): Promise<void>;
  /** A step fails, the next time by default. */
  fail(step: 'download' | 'signature' | 'verify' | 'install' | 'upload' | 'reset', times?: 'next' | 'always' | 'never'): Promise<void>;
}

/** The reason why a call got no result. */
interface CallError extends Error {
  /** The action of the call. */
  action: string;
  /** The peer's error code, or `Timeout`, `Lost` (the link), `Unreachable` (over SOAP), `NotSent`. */
  code: string;
  /** The description of the error. */
  description: string;
}

/** The calls of ocppjs: sent after half a second to the only station, with the fields merged into the default payload. */
interface LaterCalls {
  /** Sends a call after half a second. */
  call(action: string, fields?: Payload): void;
}

/** A typed line, parsed. */
interface ParsedLine {
  command: string;
  arguments: string[];
  options: { [name: string]: string };
}

/** The help and completion of a command. */
interface CommandOptions {
  /** One sentence for `help`. */
  help?: string;
  /** Words that TAB proposes after the command. */
  complete?: string[];
}

/** The plugin itself: `this` in `onLoad` and `onUnload`. */
interface Plugin {
  /** The name of the plugin: the file name without `.js`. */
  name: string;
  /** The OCPP version of the newest link, such as `1.5`. */
  ocpp_version: string | null;
  /** The role of this session: `cp` for charge points, `cs` for a central system. */
  system: 'cp' | 'cs' | null;
  /** The transport of the newest link: `websocket` or `soap`. */
  protocol: string;
  /** The identity of our charge point, when there is exactly one. */
  chargePointId: string | null;
  /** Calls of our charge point, as in ocppjs. */
  cp: LaterCalls;
  /** Calls of our central system, as in ocppjs. */
  cs: LaterCalls;
  /** The settings of the plugin. */
  settings: Settings;
  /** Everything else. */
  ocpp: Ocpp;
  /** Adds a line to the trace. */
  log(text: string, prefix?: string): void;
  /** Parses a typed line. */
  parse(line: string): ParsedLine;
  /** Answers the calls of an action; `*` means every action. The last registration of an action is used. */
  onCall(action: string, handler: (this: Station, payload: any, context: CallContext) => CallAnswer | Promise<CallAnswer>): void;
  /** Is called with the results of our calls of an action; `*` means every action. */
  onResult(action: string, handler: (this: Station, payload: any, context: { action: string }) => any): void;
  /** Is called when one of our charge points connects or disconnects. */
  onConnectionEvent(handler: (this: Station, type: 'connected' | 'disconnected', id: string) => any): void;
  /** Is called when a charge point connects to our central system or disconnects. */
  onClientConnectionEvent(handler: (this: Station, type: 'connected' | 'disconnected', id: string) => any): void;
  /** Gets every typed line first; `true` means that the plugin has handled it. `this` is the list of its words. */
  onCommand(handler: (this: string[], line: string) => boolean | void): void;
  /** Gets every frame before it is handled: another text (or an array) replaces it, `null` drops it. */
  onIncoming(handler: (this: Station, text: string) => string | any[] | null | undefined | void): void;
  /** Gets every frame before it is sent: another text (or an array) replaces it, `null` drops it. */
  onOutgoing(handler: (this: Station, text: string) => string | any[] | null | undefined | void): void;
  /** Is called once when nothing has happened for a second. */
  onIdle(handler: (this: Plugin) => any): void;
  /** Adds a command to the prompt. One with the name of a command of the program is called `plugin.name`. */
  command(name: string, options: CommandOptions, run: (this: Plugin, words: string[], line: string) => any): void;
  /** Unloads the plugin when the running handler has ended. */
  unload(): void;
}

/** The settings of the plugin. They are kept for the next session. */
interface Settings {
  /** The value of a setting, or `otherwise` when there is none. */
  get(key: string, otherwise?: any): any;
  /** Changes a setting. */
  set(key: string, value: any): void;
  /** All settings. */
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
  /** Answers later; without an argument with the default answer. */
  delay(milliseconds: number, answer?: CallAnswer): Answer;
  /** Waits, in an async function. */
  sleep(milliseconds: number): Promise<void>;
  /** Shows the user a line immediately: as a toast on the full screen. It is kept in the trace. */
  toast(text: string): void;
  /** All stations. */
  stations(): Station[];
}

/** Our charge points: `cp('CP1')` is one of them. */
interface ChargePoints {
  /** The charge point with this identity; throws when there is none. */
  (id: string): Station;
  /** Makes a call from the only charge point that is connected. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** All our charge points. */
  stations(): Station[];
  /** What hands do at the only charge point of ours. */
  hands: Hands;
}

/** Our central system. */
interface CentralSystem {
  /** The charge point with this identity; throws when there is none. */
  station(id: string): Station;
  /** Makes a call to the only charge point that is connected. */
  call(action: string, payload?: Payload): Promise<Payload>;
  /** All charge points that are or were connected. */
  stations(): Station[];
}

declare const cp: ChargePoints;
declare const cs: CentralSystem;
declare const ocpp: Ocpp;
declare const settings: Settings;
