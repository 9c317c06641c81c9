// What a scenario of `ocpp-tui test` finds: put `/// <reference path="./ocpp-tui-scenario.d.ts" />` on top of a scenario file, and an
// editor completes and checks it. Times are in milliseconds, as in JavaScript's own timers.

// ---- the file ---------------------------------------------------------------------------------------------------------------

/** What a reader wants to know of a scenario before running it. */
interface About {
  /** What it checks, in a sentence. */
  checks?: string;
  /** Where that is required, like `OCPP 1.6 §4.2` or `OCPP-J 1.6 §4.1.4`. */
  by?: string | string[];
  /** Limits this scenario to so many milliseconds, instead of those of `--timeout`. */
  timeout?: number;
  /** Why it is not run now. */
  skip?: string;
}

/** A scenario of this file. A file without any is one scenario itself: `await` works at its top level. */
declare function scenario(name: string, run: () => unknown): void;
declare function scenario(name: string, about: About, run: () => unknown): void;

/** Another file beside this one, as node reads modules: `.js` with `module.exports`, or `.json`. */
declare function require(path: string): any;

/** What `--set name=value` gives, read as JSON where it is JSON and no text is wanted; otherwise the second argument. */
declare function parameter<T>(name: string, otherwise: T): T;

// ---- both sides -------------------------------------------------------------------------------------------------------------

type Version = '1.2' | '1.5' | '1.6';
type Transport = 'websocket' | 'soap';

interface LinkOptions {
  /** The identity of the charge point; `--identity`, or else CP1. */
  id?: string;
  /** The version that is spoken; 1.6 when nothing is said. */
  version?: Version;
  /** How messages travel; websocket when nothing is said. */
  transport?: Transport;
  /** How long the link may take to come up. */
  within?: number;
}

/**
 * The central system under test, through the link of a charge point of ours that says only what the scenario says: the one at `--url`,
 * or else a simulated one.
 */
declare function centralSystemUnderTest(options?: LinkOptions): Promise<Link>;

/**
 * The charge point under test, through the link of our central system, which answers as usual where the scenario says nothing else: the
 * one that connects to `--listen`, or else a simulated one, which boots and behaves like a charge point by itself.
 */
declare function chargePointUnderTest(options?: LinkOptions): Promise<Link>;

/** A further charge point of ours. `lively`: it boots and behaves by itself. Without `url` it goes to the central system under test. */
declare function chargePoint(options?: LinkOptions & { url?: string; lively?: boolean }): Promise<Link>;

/** A further central system of ours, on any free port when none is named. */
declare function centralSystem(options?: {
  host?: string; port?: number; endpoint?: string; versions?: Version[]; transports?: Transport[];
}): Promise<CentralSystem>;

interface CentralSystem {
  /** Where charge points connect, without the identity. */
  readonly url: string;
  /** The same for SOAP. */
  readonly service: string;
  readonly port: number;
  /** Waits for a charge point: the one with this identity, or the next one that connects. */
  station(id?: string, options?: { within?: number }): Promise<Link>;
}

/** Whether the side under test is another program, at `--url` or `--listen`. */
declare const foreign: boolean;

/**
 * Something that a person does at the side under test: plugging a cable in, starting a transaction. Another program: the sentence is
 * shown, and the next expectation waits for two minutes; with `--unattended` the scenario is skipped, unless it is `optional`, because the
 * other program may do it by itself. A simulated one: `simulate` does it, with the link of the side under test:
 * the one behind `link`, or the first one that is up.
 */
declare function operator(
  sentence: string, simulate: (underTest: Link) => unknown, options?: { optional?: boolean; link?: Link },
): Promise<void>;

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

/** Our end of a link. Each expectation takes what it has matched, so that the next one looks behind it. */
interface Link {
  readonly id: string;
  readonly version: Version;
  readonly transport: Transport;
  readonly connected: boolean;

  /**
   * Calls the peer, with the usual payload of the action when none is named, and returns the payload of its result. Fails when an error
   * or nothing comes, when the result is not what the definitions want, and when it does not match.
   */
  call(action: string, payload?: object, expected?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<any>;
  /** Calls the peer, and fails when its answer is no error, or none with this code. */
  callError(action: string, payload?: object, code?: Matcher): Promise<{ code: string; description: string; details: any }>;
  /** Calls the peer and fails when it answers. */
  callUnanswered(action: string, payload?: object, options?: { within?: number }): Promise<void>;
  /** Sends a text as it is. An array is sent as JSON. */
  send(frame: string | any[]): Promise<void>;

  /**
   * Waits for a call of the peer; other calls before it are passed over and can still be expected. Fails when it breaks the definitions,
   * and refuses an action that the peer may not call, unless `unchecked` says that both may be.
   */
  expectCall(action: string, payload?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<Call>;
  /** The first call behind the last one that was taken must be this one. */
  expectNext(action: string, payload?: Matcher, options?: { within?: number; unchecked?: boolean }): Promise<Call>;
  /** Fails when the peer makes this call (or any, without an action) in the time that follows. */
  expectNoCall(action: string | undefined, options: { for: number; payload?: Matcher; unchecked?: boolean }): Promise<void>;
  /** Waits for a frame: its JSON must match, or its text a regular expression. Calls that were expected are seen here too. */
  expectFrame(frame: Matcher, options?: { within?: number }): Promise<any>;

  /** How calls of the peer are answered from now on: fields on top of the usual answer, something on purpose, or a function. */
  answer(action: string, answer: Answer): void;
  /** The same for the next call only. */
  answerOnce(action: string, answer: Answer): void;

  /** Closes the link. A charge point of ours stays down until `connect`. */
  disconnect(): Promise<void>;
  /** Cuts the connection without a goodbye; a charge point of ours stays down until `connect`. */
  drop(): Promise<void>;
  /** Connects a charge point of ours again. */
  connect(options?: { within?: number }): Promise<void>;
  /** Waits for the link to come up again, from the peer's side. */
  expectConnect(options?: { within?: number }): Promise<void>;
  /** Waits for the link to go down; returns why. */
  expectDisconnect(options?: { within?: number }): Promise<string>;
  /** A WebSocket ping; returns the time until its pong. */
  ping(options?: { within?: number }): Promise<number>;

  /** Takes everything that has come so far: expectations look only at what comes from now on. */
  forget(): void;

  /** All calls of the peer since the scenario began, expected or not. */
  calls(action?: string): Call[];
  /** A line in the trace, at this station. */
  mark(text: string): void;
}

/** The peer answered with an error: `code` is its code, or `Timeout`, `Lost`. */
declare class CallError extends Error { action: string; code: string; description: string; details: any }

declare const ocpp: {
  error(code: string, description?: string): OnPurpose;
  silence(): OnPurpose;
  delay(milliseconds: number, answer?: Answer): OnPurpose;
};

// ---- expectations -----------------------------------------------------------------------------------------------------------

/**
 * What a value must be. An object: those fields must match, others may be there. An array: as many elements, each matching. A regular
 * expression: a text that it fits. A function: true for the value. Anything else: the same value. Or one of the makers below.
 */
type Matcher = any;

interface Any { readonly string: Matcher; readonly number: Matcher; readonly integer: Matcher; readonly boolean: Matcher;
  readonly object: Matcher; readonly array: Matcher; /** A date and time as OCPP writes them. */ readonly time: Matcher }
/** Any value that is there. */
declare const any: Any & Matcher;
/** A time at most so far from now, or from another time; a minute when nothing is said. */
declare function near(milliseconds?: number, of?: string | number): Matcher;
/** The first value that comes is kept under the name, if it matches; the next ones must be the same. */
declare function bind(name: string, matcher?: Matcher): Matcher;
/** What `bind` has kept. */
declare const bound: Record<string, any>;
/** A field that must not be there. */
declare const absent: Matcher;
/** A field that may be missing, or else matches. */
declare function optional(matcher: Matcher): Matcher;
declare function oneOf(...matchers: Matcher[]): Matcher;
declare function not(matcher: Matcher): Matcher;
/** A number or a time between two others, both included. */
declare function between(from: number | string, to: number | string): Matcher;
/** An array in which each of these finds an element. */
declare function containing(...matchers: Matcher[]): Matcher;
/** An object with just these fields. */
declare function exactly(fields: object): Matcher;

/** Fails when the value does not match; returns it. */
declare function expect<T>(value: T, matcher: Matcher, what?: string): T;
declare function assert(condition: unknown, sentence?: string): void;
declare function fail(sentence: string): never;
/** Ends the scenario without a judgement, because the side under test cannot do what it needs. */
declare function skip(reason: string): never;

/** A named part: it stands in the trace and in what is said about a failure. */
declare function step<T>(name: string, run?: () => T): T;
declare function sleep(milliseconds: number): Promise<void>;
/** The time now, in milliseconds since 1970; with `--virtual-time` the virtual one. */
declare function now(): number;
