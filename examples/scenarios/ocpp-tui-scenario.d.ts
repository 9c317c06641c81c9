// Types for scenarios of `ocpp-tui test`. Put `/// <reference path="./ocpp-tui-scenario.d.ts" />` into the first line of a scenario file for
// completion and checks in your editor. Times are in milliseconds, as in the timers of JavaScript.

// ---- the file ---------------------------------------------------------------------------------------------------------------

/** The description of a scenario. */
interface About {
  /** What it checks, in a sentence. */
  checks?: string;
  /** The paragraph that requires it, such as `OCPP 1.6 §4.2` or `OCPP-J 1.6 §4.1.4`. */
  by?: string | string[];
  /**
   * How strongly it is required, in the words of RFC 2119; default: `must`. A failed expectation of a `should` scenario is a warning, of a
   * `may` scenario a remark.
   */
  grade?: 'must' | 'should' | 'may';
  /** The time limit of this scenario in milliseconds, instead of `--timeout`. */
  timeout?: number;
  /** Skips the scenario, for this reason. */
  skip?: string;
  /** Its number in a list of test cases, like `TC_010`: shown before the name, and found by `--filter`. */
  id?: string;
  /** The group of test cases that it belongs to. */
  area?: string;
  /** The optional features that it needs, like `['RemoteTrigger']`: with `--set profiles=…` it is skipped where one is not listed. */
  profiles?: string | string[];
}

/** Declares a scenario. A file without a declaration is one scenario: `await` works at its top level. */
declare function scenario(name: string, run: () => unknown): void;
declare function scenario(name: string, about: About, run: () => unknown): void;

/** Loads another file by a relative path, as in node: `.js` with `module.exports`, or `.json`. */
declare function require(path: string): any;

/** The value of `--set name=value`, parsed as JSON if it is JSON and the default is not a text; the second argument is the default. */
declare function parameter<T>(name: string, otherwise: T): T;

// ---- both sides -------------------------------------------------------------------------------------------------------------

type Version = '1.2' | '1.5' | '1.6' | '2.0.1' | '2.1';
type Transport = 'websocket' | 'soap';

interface LinkOptions {
  /** The identity of the charge point; default: `--identity`, or CP1. */
  id?: string;
  /** The version of OCPP; default: 1.6. */
  version?: Version;
  /** The transport; default: websocket. */
  transport?: Transport;
  /** The time limit for the connection. */
  within?: number;
  /**
   * For how long a charge point of ours connects again when the central system refuses its link, or ends it before its first answer;
   * default: `--patience` at the central system under test, 0 elsewhere.
   */
  patience?: number;
  /** Headers in the handshake of a charge point of ours, each in place of that of `--header`; no report has their values. */
  headers?: Record<string, string>;
  /**
   * The password of a charge point of ours (Basic authentication; the user is its identity) in place of `--password`; null: none. Bytes are
   * for keys that are no text. No report has it.
   */
  password?: string | Uint8Array | null;
}

/** The machine of a simulated charge point, as the options of `cp` describe it; default: the options of `test`, else those of `cp`. */
interface MachineOptions {
  /** Whether a driver plugs in and pays by himself; without one `hands` do. Default: true. */
  driver?: boolean;
  /** The number of connectors; default: 2. */
  connectors?: number;
  /** A cable that is part of the station and has no lock, or a socket that locks the driver's cable; default: socket. */
  cable?: 'fixed' | 'socket';
  /** The feature profiles of the firmware, like `['Core', 'Reservation']`; default: all. */
  profiles?: string | string[];
  phases?: 1 | 3;
  /** The highest current of a connector in amperes, per phase; default: 32. */
  maxCurrent?: number;
  vendor?: string;
  model?: string;
  /** An empty text is not sent; `firmware` likewise. */
  serial?: string;
  firmware?: string;
  /** The keys of the certificates that it asks for; default: `'ecdsa'`. */
  certificateKey?: 'ecdsa' | 'rsa';
  /** Habits of real stations: names of those that come with the program, or paths of files. */
  quirk?: string | string[];
}

/**
 * The central system under test: the one at `--url`, or by default a simulated one. The link is that of a charge point of ours that sends
 * only what the scenario sends.
 */
declare function centralSystemUnderTest(options?: LinkOptions): Promise<Link>;

/**
 * The charge point under test: the one that connects to `--listen`, or by default a simulated one, which boots and acts by itself. The link
 * is that of our central system, which sends the default answers unless the scenario replaces them. The machine is that of the simulated
 * one; a foreign one is what it is.
 */
declare function chargePointUnderTest(options?: LinkOptions & MachineOptions): Promise<Link>;

/** Starts another charge point. `autonomous` (older name: `lively`): it boots and acts by itself. Without `url` it connects to the central system under test. */
declare function chargePoint(
  options?: LinkOptions & MachineOptions & { url?: string; autonomous?: boolean; lively?: boolean },
): Promise<Link>;

/** Starts another central system; default: on any free port. */
declare function centralSystem(options?: {
  host?: string; port?: number; endpoint?: string; versions?: Version[]; transports?: Transport[];
  /** Accept other spellings of a subprotocol, like `ocpp1.6j`. */
  tolerateSubprotocol?: boolean;
  /** What is done with a handshake without a common subprotocol: finish it and close the link (default), or refuse it. */
  unknownProtocol?: 'close' | 'refuse';
  /** Which of several common subprotocols is chosen; 'newest' without it. */
  subprotocolOrder?: 'newest' | 'offered';
}): Promise<CentralSystem>;

interface CentralSystem {
  /** The URL that charge points connect to, without the identity. */
  readonly url: string;
  /** The same for SOAP. */
  readonly service: string;
  readonly port: number;
  /** Waits for a charge point: the one with this identity, or the next one that connects. */
  station(id?: string, options?: { within?: number }): Promise<Link>;
}

/** Starts a proxy on a free port: the stations that connect there are passed on to the central system at `to`. */
declare function proxy(options: {
  /** The URL of the central system, without an identity. */
  to: string;
  /** A second central system that observes: its URL, or `'cs'` for a simulated one. */
  also?: string;
  /** Whether stations stay connected while their central system is away. */
  keep?: boolean;
  port?: number;
}): Promise<Proxy>;

interface Proxy {
  /** The URL that charge points connect to, without the identity. */
  readonly url: string;
  readonly port: number;
  /**
   * Waits for a station that is passed on: the one with this identity, or the next one. What the station sends comes in on its link, what
   * its central system sends goes out.
   */
  station(id?: string, options?: { within?: number }): Promise<Link>;
  /** Changes frames on their way, as the command `rewrite`: `'action:Authorize kind:result set idTagInfo.status=Blocked'`. */
  rewrite(rule: string): Promise<void>;
}

/** What is thrown when a side cannot be reached, or refuses the link. */
declare class PeerError extends Error {}

/** Whether the side under test is another program, at `--url` or `--listen`. */
declare const foreign: boolean;

/** Whether somebody does what `operator` and `hands` ask for: a person, or a simulated side. False for another program with `--unattended`. */
declare const attended: boolean;

/**
 * An action of the user at the side under test, such as plugging a cable in or starting a transaction. With another program the sentence is
 * shown, and the next expectation waits for two minutes. With `--unattended` the scenario is skipped, unless the action is `optional`, because
 * the other program may do it by itself. With a simulated peer `simulate` does it; its argument is the link of the side under test:
 * that of `link`, or the first one that is up.
 */
declare function operator(
  sentence: string, simulate: (underTest: Link) => unknown, options?: { optional?: boolean; link?: Link },
): Promise<void>;

// ---- hands ------------------------------------------------------------------------------------------------------------------

/**
 * What hands do at a charge point. A simulated one does it, and its messages follow; at another program a person is asked to, as by
 * `operator`. Without a connector it is the one where the action makes sense.
 */
interface Hands {
  /** Plugs a car in. */
  plug(connector?: number): Promise<void>;
  /** Takes the cable out of the car, and home unless it stays locked. */
  unplug(connector?: number): Promise<void>;
  /** Holds a card to the reader: it starts, or it stops what it or a card of its group has started. */
  present(idTag: string, connector?: number): Promise<void>;
  /** Breaks something; connector 0 is the charge point as a whole, the default is 1. */
  fault(errorCode?: string, connector?: number, info?: string): Promise<void>;
  /** Repairs what is faulted. */
  recover(connector?: number): Promise<void>;
  /** Switches the power off; `stop` says when running transactions are stopped: by default after the next boot. */
  powerOff(options?: { stop?: 'before' | 'after' | 'never' }): Promise<void>;
  powerOn(): Promise<void>;
  /** Cuts the network without a goodbye. */
  offline(): Promise<void>;
  online(): Promise<void>;
  /** The maker updates the firmware; the station restarts when nothing charges. */
  firmware(): Promise<void>;
  /** The car draws nothing for now, draws energy again, or is full. */
  ev(state: 'suspend' | 'ready' | 'full', connector?: number): Promise<void>;
  /** The lock fails, or works again. */
  lock(state: 'fail' | 'ok', connector?: number): Promise<void>;
  /** Parks a car in the bay, without plugging it in. */
  park(connector?: number): Promise<void>;
  leave(connector?: number): Promise<void>;
  /** The driver wants no more than this: Wh, seconds, the cost at 0.30 for a kilowatt-hour, or the percent of the battery. */
  limit(limit: { energy: number } | { time: number } | { cost: number } | { soc: number }, connector?: number): Promise<void>;
  /** The car says by ISO 15118 what it needs, at a station of OCPP 2.x: Wh, and in how many seconds it departs. */
  needs(needs: { energy: number; departure?: number }, connector?: number): Promise<void>;
  /** The energy management of the site limits a station of OCPP 2.x to so many watts, or takes its limit back. */
  ems(power: number | 'off', connector?: number): Promise<void>;
  /** A driver, a car or the grid needs a service of a station of OCPP 2.x. */
  service(service: 'battery-swap' | 'install-contract' | 'update-contract' | 'priority-charging' | 'refuse-tariff' | 'grid-fault', connector?: number): Promise<void>;
  /** A step fails; default: the next time. */
  fail(step: 'download' | 'signature' | 'verify' | 'install' | 'upload' | 'reset', times?: 'next' | 'always' | 'never'): Promise<void>;
}

/** The hands at the charge point under test, or at the first one of ours. */
declare const hands: Hands;

// ---- a link -----------------------------------------------------------------------------------------------------------------

interface Call {
  action: string;
  payload: any;
  /** The message id. */
  id: string;
  /** When it came, in milliseconds since 1970. */
  at: number;
}

type Answer = object | null | undefined | OnPurpose | ((payload: any, usual: any) => Answer | Promise<Answer>);
interface OnPurpose { readonly onPurpose: true }

/** The TLS of a link. */
interface LinkTls {
  /** As in `TLS 1.3`. */
  readonly version: string;
  readonly cipherSuite: string;
  /** The verdict about the certificates of the peer. */
  readonly verdict: 'noChain' | 'trusted' | 'unchecked' | 'tolerated' | 'broken';
  /** The certificates of the peer and ours, each side's own one first. */
  readonly peerChain: LinkCertificate[];
  readonly ownChain: LinkCertificate[];
}

/** What a certificate says. */
interface LinkCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  /** The fingerprint. */
  readonly sha256: string;
}

/** The parameters of a misbehaviour, and how often it is carried out. `delay` and `pause` are milliseconds. */
interface MisbehaviourParameters {
  times?: number;
  [parameter: string]: number | string | undefined;
}

/** Does something wrong on purpose on all links of our central systems, of our charge points, or of both; `null` ends it. */
declare function misbehave(who: 'cs' | 'cp' | 'all', name: string | null, parameters?: MisbehaviourParameters): Promise<void>;

/** Our end of a link. Each expectation takes what it has matched, so the next expectation does not find it again. */
interface Link {
  readonly id: string;
  readonly version: Version;
  readonly transport: Transport;
  readonly connected: boolean;
  /** Whether it is the link of a station that a proxy passes on. */
  readonly pair: boolean;
  /** When the link came up, in milliseconds since 1970; `undefined` if that was before the scenario began. */
  readonly since: number | undefined;
  /** What TLS agreed on when the link came up in this scenario, with the verdict about the certificates; `null` without TLS. */
  readonly tls: LinkTls | null;

  /**
   * Calls the peer and returns the payload of its result. Without a payload the default payload of the action is sent. Fails if the answer is
   * an error or missing, if the result breaks the definitions, or if it does not match.
   */
  call(action: string, payload?: object, expected?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<any>;
  /** Calls the peer, and fails if its answer is not an error with this code. */
  callError(action: string, payload?: object, code?: Matcher): Promise<{ code: string; description: string; details: any }>;
  /** Calls the peer, and fails if it answers. */
  callUnanswered(action: string, payload?: object, options?: { within?: number }): Promise<void>;
  /** Sends a text unchanged. An array is sent as JSON. */
  send(frame: string | any[]): Promise<void>;

  /**
   * Waits for a call of the peer; other calls before it are skipped and can still be expected. Fails if the call breaks the definitions, and
   * refuses an action that the peer may not call. `unchecked` allows both.
   */
  expectCall(action: string, payload?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<Call>;
  /** The first call after the last taken one must be this call. */
  expectNext(action: string, payload?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<Call>;
  /** Fails if the peer makes this call (or any call, without an action) during the given time. */
  expectNoCall(action: string | undefined, options: { for: number; payload?: Matcher; unchecked?: boolean }): Promise<void>;
  /** Waits for a frame whose JSON matches, or whose text matches a regular expression. Calls that were taken are found here too. */
  expectFrame(frame: Matcher, options?: { within?: number }): Promise<any>;

  /** Sets the answer to calls of the peer from now on: fields that replace those of the default answer, a result of `ocpp`, or a function. */
  answer(action: string, answer: Answer): void;
  /** The same for the next call only. */
  answerOnce(action: string, answer: Answer): void;

  /** Closes the link. A charge point of ours stays down until `connect`. */
  disconnect(): Promise<void>;
  /** Cuts the connection without a close frame; a charge point of ours stays down until `connect`. */
  drop(): Promise<void>;
  /** Connects a charge point of ours again. */
  connect(options?: { within?: number; patience?: number }): Promise<void>;
  /** Waits until the peer reconnects. */
  expectConnect(options?: { within?: number }): Promise<void>;
  /** Waits until the link goes down; returns the reason. */
  expectDisconnect(options?: { within?: number }): Promise<string>;
  /** Sends a WebSocket ping; returns the time until its pong. */
  ping(options?: { within?: number }): Promise<number>;

  /** Does something wrong on purpose at our end, as the command `misbehave`; `null` ends it. It ends with the scenario. */
  misbehave(name: string | null, parameters?: MisbehaviourParameters): Promise<void>;

  /** The hands at the charge point of this link. */
  readonly hands: Hands;

  /** Takes everything that was received: later expectations look at new messages only. */
  forget(): void;

  /** All calls of the peer since the scenario began, expected or not. */
  calls(action?: string): Call[];
  /** Adds a line for this station to the trace. */
  mark(text: string): void;
}

/** A call that got no result: `code` is the error code of the peer, or `Timeout`, `Lost`, over SOAP `Unreachable`. */
declare class CallError extends Error { action: string; code: string; description: string; details: any }

declare const ocpp: {
  error(code: string, description?: string): OnPurpose;
  silence(): OnPurpose;
  delay(milliseconds: number, answer?: Answer): OnPurpose;
};

// ---- expectations -----------------------------------------------------------------------------------------------------------

/**
 * A condition for a value. An object: these fields must match, others are allowed. An array: the same length, each element matching. A regular
 * expression: a text that matches. A function: returns true for the value. Anything else: an equal value. Or one of the functions below.
 */
type Matcher = any;

interface Any { readonly string: Matcher; readonly number: Matcher; readonly integer: Matcher; readonly boolean: Matcher;
  readonly object: Matcher; readonly array: Matcher; /** A date and time in the format of OCPP. */ readonly time: Matcher }
/** Any value that is present. */
declare const any: Any & Matcher;
/** A time with at most this distance from now, or from another time; default: a minute. */
declare function near(milliseconds?: number, of?: string | number): Matcher;
/** Stores the first value under the name, if it matches; later values must be equal to it. */
declare function bind(name: string, matcher?: Matcher): Matcher;
/** The values that `bind` has stored. */
declare const bound: Record<string, any>;
/** A field that must be missing. */
declare const absent: Matcher;
/** A field that may be missing; if it is present it must match. */
declare function optional(matcher: Matcher): Matcher;
declare function oneOf(...matchers: Matcher[]): Matcher;
declare function not(matcher: Matcher): Matcher;
/** A number or a time between two others, both included. */
declare function between(from: number | string, to: number | string): Matcher;
/** An array that contains a match for each of these. */
declare function containing(...matchers: Matcher[]): Matcher;
/** An object with these fields only. */
declare function exactly(fields: object): Matcher;

/** Fails if the value does not match; returns the value. */
declare function expect<T>(value: T, matcher: Matcher, what?: string): T;
declare function assert(condition: unknown, sentence?: string): void;
declare function fail(sentence: string): never;
/**
 * What OCPP recommends: if the condition does not hold, or the function fails or returns false, the scenario gets a warning and goes on.
 * Returns whether it held.
 */
declare function should(what: () => Promise<unknown>, sentence: string): Promise<boolean>;
declare function should(what: unknown, sentence: string): boolean;
/** Adds a warning: the scenario goes on, and ends as `warned` unless it fails. */
declare function warn(sentence: string): void;
/** Adds a remark: something worth knowing that is no fault. */
declare function remark(sentence: string): void;
/**
 * Runs a function after the scenario, also when it fails, is skipped or times out; the last one first. Each has a time limit of its own; default:
 * 60 s. Calls without an answer have been given up before. Its failure is reported beside the outcome of the scenario.
 */
declare function after(run: () => unknown, options?: { within?: number }): void;
/** Ends the scenario as skipped, because the side under test does not support what it needs. */
declare function skip(reason: string): never;

/** Names a part of the scenario; the name is shown in the trace and in failures. */
declare function step<T>(name: string, run?: () => T): T;
declare function sleep(milliseconds: number): Promise<void>;
/** The current time in milliseconds since 1970; with `--virtual-time` the virtual time. */
declare function now(): number;
