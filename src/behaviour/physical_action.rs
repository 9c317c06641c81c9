//! What hands do at a charge point: plug a car in, present a card, cut the power. A machine of ours carries them out
//! (`Behaviour::act`); the messages follow from what happened to it. How the user writes them is in the console.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

/// One action. Without a connector it is the one where the action makes sense; the machine chooses.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum PhysicalAction {
    /// Plug the cable of a car in.
    Plug {
        /// Where.
        connector: Option<i32>,
    },
    /// Take the cable out of the car, and home.
    Unplug {
        /// Where.
        connector: Option<i32>,
    },
    /// Hold a card to the reader.
    Present {
        /// The tag of the card.
        id_tag: String,
        /// The connector that the driver has chosen.
        connector: Option<i32>,
    },
    /// A part breaks.
    Fault {
        /// The error code of OCPP; `None` is the one for any other error.
        error_code: Option<String>,
        /// A few words about it.
        info: Option<String>,
        /// Where; 0 is the charge point as a whole.
        connector: Option<i32>,
    },
    /// A fault is repaired.
    Recover {
        /// Where; `None` is everywhere.
        connector: Option<i32>,
    },
    /// The power fails.
    PowerOff {
        /// What becomes of running transactions.
        #[serde(default)]
        stop: PowerLossStop,
    },
    /// The power comes back.
    PowerOn,
    /// The network fails: the link is cut without a goodbye.
    Offline,
    /// The network comes back.
    Online,
    /// The maker updates the firmware, without the central system: the machine restarts when nothing charges.
    Firmware,
    /// The car changes what it draws.
    Ev {
        /// What it does from now on.
        state: CarState,
        /// Where.
        connector: Option<i32>,
    },
    /// The lock of a connector breaks, or works again.
    Lock {
        /// Whether it works.
        works: bool,
        /// Where.
        connector: Option<i32>,
    },
    /// A car occupies the parking bay.
    Park {
        /// Where.
        connector: Option<i32>,
    },
    /// It leaves the bay.
    Leave {
        /// Where.
        connector: Option<i32>,
    },
    /// The driver wants no more than this.
    Limit {
        /// What is limited.
        limit: DriverLimit,
        /// Where.
        connector: Option<i32>,
    },
    /// The car says by ISO 15118 what it needs, and takes the schedules that it gets from then on.
    Needs {
        /// What.
        needs: EnergyNeeds,
        /// Where.
        connector: Option<i32>,
    },
    /// The energy management of the site limits the power of the machine, or does not any more.
    Ems {
        /// In watts; `None` takes the limit back.
        watts: Option<f64>,
        /// Where; `None` and 0 are the machine as a whole.
        connector: Option<i32>,
    },
    /// A driver or a car uses a service of OCPP 2.x, or the grid has a fault.
    Service {
        /// Which.
        service: DriverService,
        /// Where.
        connector: Option<i32>,
    },
    /// A step of the machine fails.
    Fail {
        /// Which.
        step: FailingStep,
        /// How often.
        #[serde(default)]
        times: FailureTimes,
    },
}

/// What a car does at its end of the cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CarState {
    /// It takes what it is offered.
    #[default]
    Ready,
    /// It takes nothing for now.
    Suspend,
    /// Its battery is full.
    Full,
}

/// When the transactions that a power loss ends are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PowerLossStop {
    /// A reserve of power lasts for the messages.
    Before,
    /// After the next boot.
    #[default]
    After,
    /// They go on when the power is back.
    Never,
}

/// What a driver limits.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DriverLimit {
    /// The energy in Wh.
    Energy(f64),
    /// The time in seconds.
    Time(f64),
    /// The price, in the machine's own currency.
    Cost(f64),
    /// How full the battery gets, in percent.
    Soc(f64),
}

impl DriverLimit {
    /// Whether a driver can want it: a number above 0, of percent at most 100.
    pub fn is_possible(self) -> bool {
        let most = if matches!(self, DriverLimit::Soc(_)) { 100.0 } else { f64::MAX };
        self.value() > 0.0 && self.value() <= most
    }

    /// The number.
    pub fn value(self) -> f64 {
        let (DriverLimit::Energy(value) | DriverLimit::Time(value) | DriverLimit::Cost(value) | DriverLimit::Soc(value)) = self;
        value
    }

    /// Whether it limits the same as another one.
    pub fn is_like(self, other: DriverLimit) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// What a car needs that negotiates its charge.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnergyNeeds {
    /// The energy in Wh.
    pub energy: f64,
    /// In how many seconds it departs.
    #[serde(default)]
    pub departure: Option<i64>,
}

/// A service that a driver or a car uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriverService {
    /// The next step of a swap of batteries.
    BatterySwap,
    /// The car asks for a contract certificate.
    InstallContract,
    /// The car asks for another one in place of it.
    UpdateContract,
    /// The driver wants to charge with priority, or does not any more.
    PriorityCharging,
    /// The driver does not accept the tariff.
    RefuseTariff,
    /// The grid has a fault, or it is over.
    GridFault,
}

impl DriverService {
    /// All of them.
    pub const ALL: [DriverService; 6] = [
        DriverService::BatterySwap,
        DriverService::InstallContract,
        DriverService::UpdateContract,
        DriverService::PriorityCharging,
        DriverService::RefuseTariff,
        DriverService::GridFault,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            DriverService::BatterySwap => "battery-swap",
            DriverService::InstallContract => "install-contract",
            DriverService::UpdateContract => "update-contract",
            DriverService::PriorityCharging => "priority-charging",
            DriverService::RefuseTariff => "refuse-tariff",
            DriverService::GridFault => "grid-fault",
        }
    }
}

/// A step that can fail on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailingStep {
    /// The download of firmware.
    Download,
    /// The check of its signature.
    Signature,
    /// The check of the file before it is installed or published.
    Verify,
    /// Its installation, or its publication.
    Install,
    /// The upload of diagnostics or a log.
    Upload,
    /// The restart of a Reset.
    Reset,
}

/// How often a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureTimes {
    /// The next time.
    #[default]
    Next,
    /// Every time.
    Always,
    /// Not any more.
    Never,
}

impl CarState {
    /// All of them.
    pub const ALL: [CarState; 3] = [CarState::Suspend, CarState::Ready, CarState::Full];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            CarState::Ready => "ready",
            CarState::Suspend => "suspend",
            CarState::Full => "full",
        }
    }
}

impl PowerLossStop {
    /// All of them.
    pub const ALL: [PowerLossStop; 3] = [PowerLossStop::Before, PowerLossStop::After, PowerLossStop::Never];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            PowerLossStop::Before => "before",
            PowerLossStop::After => "after",
            PowerLossStop::Never => "never",
        }
    }
}

impl FailingStep {
    /// All of them.
    pub const ALL: [FailingStep; 6] = [
        FailingStep::Download,
        FailingStep::Signature,
        FailingStep::Verify,
        FailingStep::Install,
        FailingStep::Upload,
        FailingStep::Reset,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            FailingStep::Download => "download",
            FailingStep::Signature => "signature",
            FailingStep::Verify => "verify",
            FailingStep::Install => "install",
            FailingStep::Upload => "upload",
            FailingStep::Reset => "reset",
        }
    }
}

impl FailureTimes {
    /// All of them.
    pub const ALL: [FailureTimes; 3] = [FailureTimes::Next, FailureTimes::Always, FailureTimes::Never];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            FailureTimes::Next => "next",
            FailureTimes::Always => "always",
            FailureTimes::Never => "never",
        }
    }
}

/// Why a machine did not do what hands wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhysicalActionError {
    /// Nothing of ours stands behind the link.
    #[error("only a simulated charge point has a cable, a card reader and a power switch")]
    NoMachine,
    /// It makes no calls by itself.
    #[error("it makes no calls by itself, so nothing would follow; start it with --autonomous, or without --manual")]
    Manual,
    /// There is no such connector.
    #[error("there is no connector {number}; it has {last}")]
    NoConnector {
        /// The wanted one.
        number: i32,
        /// The last one.
        last: i32,
    },
    /// The power is off.
    #[error("it has no power; power on gives it back")]
    NoPower,
    /// The power is on.
    #[error("it has power already")]
    HasPower,
    /// A car is plugged in there, or everywhere.
    #[error("a car is plugged in already; unplug takes it out")]
    AlreadyPlugged,
    /// Nothing is plugged in.
    #[error("no car is plugged in; plug does it")]
    NothingPlugged,
    /// The cable cannot be taken out.
    #[error("the cable is locked; the card that started releases it, or UnlockConnector")]
    CableLocked,
    /// The bay is taken.
    #[error("a car is parked there already; leave takes it away")]
    AlreadyParked,
    /// The bay is empty.
    #[error("no car is parked there; park brings one")]
    NothingParked,
    /// A connector is broken.
    #[error("connector {0} is faulted; recover repairs it")]
    Faulted(i32),
    /// Nothing is broken.
    #[error("nothing is faulted")]
    NoFault,
    /// A connector is inoperative.
    #[error("connector {0} is unavailable")]
    Unavailable(i32),
    /// A connector is held for another card.
    #[error("connector {0} is reserved for another card")]
    Reserved(i32),
    /// Another user charges there.
    #[error("connector {0} is in use")]
    InUse(i32),
    /// No connector is free.
    #[error("no connector is free")]
    NoneFree,
    /// The reader is busy.
    #[error("the reader waits for the answer about a card")]
    ReaderBusy,
    /// The card cannot be looked up.
    #[error("the card {0} is not accepted: it is not known here, and the central system cannot be asked")]
    NotAccepted(String),
    /// The error code is none of the version.
    #[error("{code} is no error code of OCPP {version}; it is one of {known}")]
    UnknownErrorCode {
        /// The code.
        code: String,
        /// The version.
        version: &'static str,
        /// The codes that exist.
        known: String,
    },
    /// The tag is no tag.
    #[error("a tag has 1 to {0} characters")]
    BadTag(usize),
    /// The messages about it came with a later version.
    #[error("no message of OCPP {version} is about that")]
    NoMessage {
        /// The version.
        version: &'static str,
    },
    /// The firmware lacks the block.
    #[error("its firmware has no {0}")]
    NoService(&'static str),
    /// All batteries are swapped.
    #[error("no charged battery is there")]
    NoBattery,
    /// No transaction runs.
    #[error("no transaction is running at {0}")]
    NoTransaction(i32),
    /// There is no tariff.
    #[error("the driver has no tariff there; SetDefaultTariff, or the answer to Authorize, brings one")]
    NoTariff,
    /// Priority charging needs a profile.
    #[error("no charging profile for PriorityCharging is installed there")]
    NoPriorityProfile,
    /// There is no limit to take back.
    #[error("the energy management has set no limit there")]
    NoSiteLimit,
    /// The station does not negotiate.
    #[error("the station does not negotiate with cars; ISO15118Ctrlr.Enabled is off")]
    NoNegotiation,
    /// A limit is no positive number.
    #[error("a limit is a number above 0, and a state of charge at most 100")]
    BadLimit,
    /// The link did not take the order.
    #[error("the charge point is gone")]
    Gone,
}

/// Gets the result of one action, exactly once.
pub struct ActionObserver(Option<NotifyAction>);

type NotifyAction = Box<dyn FnOnce(Result<(), PhysicalActionError>) + Send>;

impl ActionObserver {
    /// Calls `notify` from the task of the link. It must not block.
    pub fn new(notify: impl FnOnce(Result<(), PhysicalActionError>) + Send + 'static) -> ActionObserver {
        ActionObserver(Some(Box::new(notify)))
    }

    /// Passes the result on.
    pub fn notify(mut self, end: Result<(), PhysicalActionError>) {
        if let Some(notify) = self.0.take() {
            notify(end);
        }
    }
}

impl Drop for ActionObserver {
    fn drop(&mut self) {
        if let Some(notify) = self.0.take() {
            notify(Err(PhysicalActionError::Gone));
        }
    }
}

impl fmt::Debug for ActionObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActionObserver")
    }
}

/// What a machine wants of its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkWish {
    /// The link goes down when everything that it has to send has left, and comes up again after this time.
    Restart(Duration),
    /// The connection is cut at once, without a close frame; it stays down until the next wish.
    Cut,
    /// The link is closed, because the peer is not the station that its certificate is for.
    Refuse,
    /// A link that is down comes up.
    Connect,
}

/// The action in a few words, for the trace.
impl PhysicalAction {
    /// Whether a machine without power cannot do it. Cables, cars and locks move by hand.
    pub fn needs_power(&self) -> bool {
        !matches!(
            self,
            PhysicalAction::Plug { .. }
                | PhysicalAction::Unplug { .. }
                | PhysicalAction::Park { .. }
                | PhysicalAction::Leave { .. }
                | PhysicalAction::Lock { .. }
        )
    }
}

impl fmt::Display for PhysicalAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connector = match self {
            PhysicalAction::Plug { connector } => {
                f.write_str("plug")?;
                connector
            }
            PhysicalAction::Unplug { connector } => {
                f.write_str("unplug")?;
                connector
            }
            PhysicalAction::Present { id_tag, connector } => {
                write!(f, "present idTag={id_tag}")?;
                connector
            }
            PhysicalAction::Fault { error_code, info, connector } => {
                f.write_str("fault")?;
                if let Some(code) = error_code {
                    write!(f, " errorCode={code}")?;
                }
                if let Some(info) = info {
                    write!(f, " info={info}")?;
                }
                connector
            }
            PhysicalAction::Recover { connector } => {
                f.write_str("recover")?;
                connector
            }
            PhysicalAction::PowerOff { stop: PowerLossStop::After } => return f.write_str("power off"),
            PhysicalAction::PowerOff { stop } => return write!(f, "power off stop={}", stop.name()),
            PhysicalAction::PowerOn => return f.write_str("power on"),
            PhysicalAction::Offline => return f.write_str("offline"),
            PhysicalAction::Online => return f.write_str("online"),
            PhysicalAction::Firmware => return f.write_str("firmware"),
            PhysicalAction::Ev { state, connector } => {
                write!(f, "ev {}", state.name())?;
                connector
            }
            PhysicalAction::Lock { works, connector } => {
                f.write_str(if *works { "lock ok" } else { "lock fail" })?;
                connector
            }
            PhysicalAction::Park { connector } => {
                f.write_str("park")?;
                connector
            }
            PhysicalAction::Leave { connector } => {
                f.write_str("leave")?;
                connector
            }
            PhysicalAction::Limit { limit, connector } => {
                match limit {
                    DriverLimit::Energy(value) => write!(f, "limit energy={value}")?,
                    DriverLimit::Time(value) => write!(f, "limit time={value}")?,
                    DriverLimit::Cost(value) => write!(f, "limit cost={value}")?,
                    DriverLimit::Soc(value) => write!(f, "limit soc={value}")?,
                }
                connector
            }
            PhysicalAction::Needs { needs, connector } => {
                write!(f, "needs energy={}", needs.energy)?;
                if let Some(seconds) = needs.departure {
                    write!(f, " departure={seconds}")?;
                }
                connector
            }
            PhysicalAction::Ems { watts, connector } => {
                match watts {
                    Some(watts) => write!(f, "ems power={watts}")?,
                    None => f.write_str("ems off")?,
                }
                connector
            }
            PhysicalAction::Service { service, connector } => {
                write!(f, "service {}", service.name())?;
                connector
            }
            PhysicalAction::Fail { step, times } => return write!(f, "fail {} {}", step.name(), times.name()),
        };
        connector.map_or(Ok(()), |number| write!(f, " connector={number}"))
    }
}
