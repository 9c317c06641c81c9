//! What hands do at a simulated charge point: `plug`, `unplug`, `present`, `fault`, `recover`, `power`, `offline`, `online`, `firmware`,
//! `ev`, `lock`, `park`, `leave`, `limit`, `needs`, `ems`, `service`, `fail`. What follows from it is for the simulator.

use std::fmt;

use super::context::CommandContext;
use super::entry::{CommandEntry, write_target};
use super::network::is_network_word;
use crate::behaviour::{
    CarState, DriverLimit, DriverService, EnergyNeeds, FailingStep, FailureTimes, PhysicalAction, PowerLossStop,
};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{Arguments, CommandWords};
use crate::console::syntax::edit::PayloadStep;
use crate::console::syntax::error::{CommandError, UsageFault, short};
use crate::console::syntax::spec::{ArgumentStyle, CommandSpec, CompletionKind, ID, NamedValue};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{Spanned, quote, unquote};
use crate::hub::LinkCommand;
use crate::ocpp::Role;
use crate::sanitize::escape_control;

const CONNECTOR: NamedValue = named("connector", "number", "the connector; without it the one where it makes sense");

const fn named(name: &'static str, value: &'static str, help: &'static str) -> NamedValue {
    NamedValue { name, value, help, completes: CompletionKind::Nothing }
}

const fn hands(name: &'static str, summary: &'static str) -> CommandSpec {
    CommandSpec::new(name, summary).takes(ArgumentStyle::Settings).options(&[ID]).at_target().named(&[CONNECTOR])
}

pub(super) const PLUG: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("plug", "plug a car in at a simulated charge point").synopsis("[connector=N]").example("plug connector=1"),
    parse: |words| HandsCommand::read(words, |given| Ok(PhysicalAction::Plug { connector: given.connector()? })),
};

pub(super) const UNPLUG: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("unplug", "take the cable out of the car").synopsis("[connector=N]").example("unplug connector=1"),
    parse: |words| HandsCommand::read(words, |given| Ok(PhysicalAction::Unplug { connector: given.connector()? })),
};

pub(super) const PRESENT: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("present", "hold a card to the reader: it starts, or it stops what it or its group has started")
        .named(const { &[named("idTag", "tag", "the tag of the card"), CONNECTOR] })
        .synopsis("idTag=X [connector=N]")
        .example("present idTag=CARD1 connector=1"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let id_tag = given.take("idTag").ok_or_else(|| given.arguments.missing("idTag=<tag>"))?;
            Ok(PhysicalAction::Present { id_tag: unquote(&id_tag.value), connector: given.connector()? })
        })
    },
};

pub(super) const FAULT: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("fault", "break something: the connector, or with connector=0 the whole charge point, is faulted")
        .named(
            const {
                &[
                    named("errorCode", "code", "the error code of OCPP, as in GroundFailure"),
                    named("info", "text", "a few words about it"),
                    CONNECTOR,
                ]
            },
        )
        .synopsis("[errorCode=X] [info=…] [connector=N]")
        .example("fault errorCode=GroundFailure connector=1"),
    parse: |words| {
        if let Some(word) = words.words.iter().find(|word| is_network_word(word.value)) {
            let wanted =
                "a fault of the machine; the network of a link is made bad by network, as in network CP1 latency=200ms";
            return Err(CommandError::BadArgument { name: "fault", wanted: wanted.to_owned(), span: word.span.clone() });
        }
        HandsCommand::read(words, |given| {
            let error_code = given.take("errorCode").map(|word| unquote(&word.value));
            let info = given.take("info").map(|word| unquote(&word.value));
            Ok(PhysicalAction::Fault { error_code, info, connector: given.connector()? })
        })
    },
};

pub(super) const RECOVER: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("recover", "repair what is faulted").synopsis("[connector=N]").example("recover connector=1"),
    parse: |words| HandsCommand::read(words, |given| Ok(PhysicalAction::Recover { connector: given.connector()? })),
};

pub(super) const POWER: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("power", "switch the power of a simulated charge point off or on")
        .named(
            const {
                &[named(
                    "stop",
                    "before, after or never",
                    "when running transactions are stopped; default: after the next boot",
                )]
            },
        )
        .words(&["off", "on"])
        .synopsis("off [stop=before|after|never] | on")
        .example("power off"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            if given.word(&["off", "on"])? == "on" {
                return Ok(PhysicalAction::PowerOn);
            }
            let stop = given.choice("stop", "before, after or never", PowerLossStop::ALL, PowerLossStop::name)?;
            Ok(PhysicalAction::PowerOff { stop: stop.unwrap_or_default() })
        })
    },
};

pub(super) const OFFLINE: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("offline", "cut the network of a simulated charge point, without a goodbye").named(&[]).example("offline"),
    parse: |words| HandsCommand::read(words, |_| Ok(PhysicalAction::Offline)),
};

pub(super) const ONLINE: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("online", "give a simulated charge point its network back").named(&[]).example("online"),
    parse: |words| HandsCommand::read(words, |_| Ok(PhysicalAction::Online)),
};

pub(super) const FIRMWARE: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("firmware", "the maker updates the firmware of a simulated charge point, which restarts when nothing charges")
        .named(&[])
        .example("firmware"),
    parse: |words| HandsCommand::read(words, |_| Ok(PhysicalAction::Firmware)),
};

pub(super) const EV: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("ev", "the car stops drawing energy, draws it again, or is full")
        .words(&["suspend", "ready", "full"])
        .synopsis("suspend | ready | full [connector=N]")
        .example("ev suspend connector=1"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let word = given.word(&["suspend", "ready", "full"])?;
            let state = CarState::ALL.into_iter().find(|state| state.name() == word).unwrap_or_default();
            Ok(PhysicalAction::Ev { state, connector: given.connector()? })
        })
    },
};

pub(super) const LOCK: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("lock", "let the lock of a connector fail, or work again")
        .words(&["fail", "ok"])
        .synopsis("fail | ok [connector=N]")
        .example("lock ok connector=1"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let works = given.word(&["fail", "ok"])? == "ok";
            Ok(PhysicalAction::Lock { works, connector: given.connector()? })
        })
    },
};

pub(super) const PARK: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("park", "park a car in the bay of a connector").synopsis("[connector=N]").example("park connector=2"),
    parse: |words| HandsCommand::read(words, |given| Ok(PhysicalAction::Park { connector: given.connector()? })),
};

pub(super) const LEAVE: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("leave", "drive the car out of the bay").synopsis("[connector=N]").example("leave connector=2"),
    parse: |words| HandsCommand::read(words, |given| Ok(PhysicalAction::Leave { connector: given.connector()? })),
};

pub(super) const LIMIT: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("limit", "the driver wants no more energy, time, cost or charge than this, now or in the next transaction")
        .named(
            const {
                &[
                    named("energy", "Wh", "the energy in Wh"),
                    named("time", "seconds", "the time in seconds"),
                    named("cost", "amount", "the cost, at 0.30 for a kilowatt-hour"),
                    named("soc", "percent", "how full the battery gets"),
                    CONNECTOR,
                ]
            },
        )
        .synopsis("energy=Wh | time=seconds | cost=amount | soc=percent [connector=N]")
        .example("limit energy=5000 connector=1"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let energy = given.number("energy")?.map(DriverLimit::Energy);
            let time = given.number("time")?.map(DriverLimit::Time);
            let cost = given.number("cost")?.map(DriverLimit::Cost);
            let soc = given.read("soc", "a number of percent", |text| {
                text.parse().ok().filter(|percent| DriverLimit::Soc(*percent).is_possible())
            })?;
            let limit =
                energy.or(time).or(cost).or(soc.map(DriverLimit::Soc)).ok_or_else(|| given.arguments.missing("energy=<Wh>"))?;
            Ok(PhysicalAction::Limit { limit, connector: given.connector()? })
        })
    },
};

pub(super) const NEEDS: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands(
        "needs",
        "the car says by ISO 15118 what it needs, at a station of OCPP 2.x, and takes the schedules that it gets",
    )
    .named(
        const {
            &[
                named("energy", "Wh", "the energy in Wh"),
                named("departure", "seconds", "in how many seconds it departs"),
                CONNECTOR,
            ]
        },
    )
    .synopsis("energy=Wh [departure=seconds] [connector=N]")
    .example("needs energy=20000 departure=28800 connector=1"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let energy = given.number("energy")?.ok_or_else(|| given.arguments.missing("energy=<Wh>"))?;
            let departure = given.read("departure", "a number of seconds", |text| text.parse().ok().filter(|it| *it > 0))?;
            Ok(PhysicalAction::Needs { needs: EnergyNeeds { energy, departure }, connector: given.connector()? })
        })
    },
};

pub(super) const EMS: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("ems", "the energy management of the site limits a station of OCPP 2.x, or takes its limit back")
        .named(const { &[named("power", "W", "the most watts"), CONNECTOR] })
        .words(&["off"])
        .synopsis("power=W | off [connector=N]")
        .example("ems power=4000"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let watts = given.number("power")?;
            if watts.is_none() && given.optional_word(&["off"]).is_none() {
                return Err(given.arguments.missing("power=<W> or off"));
            }
            Ok(PhysicalAction::Ems { watts, connector: given.connector()? })
        })
    },
};

pub(super) const SERVICE: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("service", "a driver, a car or the grid needs a service of a station of OCPP 2.x")
        .named(const { &[CONNECTOR] })
        .words(&["battery-swap", "install-contract", "update-contract", "priority-charging", "refuse-tariff", "grid-fault"])
        .synopsis(
            "battery-swap | install-contract | update-contract | priority-charging | refuse-tariff | grid-fault [connector=N]",
        )
        .example("service battery-swap"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let word = given.word(&DriverService::ALL.map(DriverService::name))?;
            let service = DriverService::ALL.into_iter().find(|it| it.name() == word).unwrap_or(DriverService::BatterySwap);
            Ok(PhysicalAction::Service { service, connector: given.connector()? })
        })
    },
};

pub(super) const FAIL: CommandEntry<HandsCommand> = CommandEntry {
    spec: hands("fail", "let a transfer, a check of firmware or a reset fail")
        .named(&[])
        .words(&["download", "signature", "verify", "install", "upload", "reset", "next", "always", "never"])
        .synopsis("download | signature | verify | install | upload | reset [next | always | never]")
        .example("fail download next"),
    parse: |words| {
        HandsCommand::read(words, |given| {
            let word = given.word(&FailingStep::ALL.map(FailingStep::name))?;
            let step = FailingStep::ALL.into_iter().find(|step| step.name() == word).unwrap_or(FailingStep::Download);
            let times = given.optional_word(&FailureTimes::ALL.map(FailureTimes::name));
            let times = FailureTimes::ALL.into_iter().find(|it| Some(it.name()) == times).unwrap_or_default();
            Ok(PhysicalAction::Fail { step, times })
        })
    },
};

/// Does something at the machine of charge points of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct HandsCommand {
    /// At which.
    pub target: Target,
    /// What.
    pub action: PhysicalAction,
}

/// The words of a line that have not been read yet.
struct GivenWords<'a> {
    arguments: Arguments<'a>,
}

impl GivenWords<'_> {
    fn take(&mut self, name: &str) -> Option<Spanned<String>> {
        self.arguments.take_named(name)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        reader: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, CommandError> {
        let Some(word) = self.take(name) else { return Ok(None) };
        let bad = || CommandError::BadArgument { name, wanted: wanted.to_owned(), span: word.span.clone() };
        reader(&unquote(&word.value)).map(Some).ok_or_else(bad)
    }

    fn connector(&mut self) -> Result<Option<i32>, CommandError> {
        self.read("connector", "the number of a connector", |text| text.parse().ok().filter(|number| *number >= 0))
    }

    fn number(&mut self, name: &'static str) -> Result<Option<f64>, CommandError> {
        let above_0 = |number: &f64| number.is_finite() && *number > 0.0;
        self.read(name, "a number above 0", |text| text.parse().ok().filter(above_0))
    }

    fn choice<T: Copy, const N: usize>(
        &mut self,
        name: &'static str,
        wanted: &str,
        all: [T; N],
        name_of: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, CommandError> {
        self.read(name, wanted, |text| all.into_iter().find(|it| name_of(*it) == text))
    }

    /// The bare word of these that is there.
    fn word(&mut self, known: &[&'static str]) -> Result<&'static str, CommandError> {
        self.optional_word(known).ok_or_else(|| self.arguments.missing("what it is to do"))
    }

    fn optional_word(&mut self, known: &[&'static str]) -> Option<&'static str> {
        let place = self.arguments.words.iter().position(|word| known.contains(&word.value))?;
        Some(self.arguments.words.remove(place).value)
    }

    /// Nothing may be left over.
    fn finish(&self) -> Result<(), CommandError> {
        let left = self.arguments.words.first().map(|word| (word.value.to_owned(), word.span.clone()));
        let step = self.arguments.steps.first().map(|step| match step {
            PayloadStep::Assign(assignment) => (assignment.path.value.clone(), assignment.path.span.clone()),
            PayloadStep::Whole(text) | PayloadStep::File(text) => (text.value.clone(), text.span.clone()),
        });
        match left.or(step) {
            None => Ok(()),
            Some((text, span)) => {
                Err(self.arguments.usage(UsageFault::Unexpected(short(&text)), &Spanned::new(text.as_str(), span)))
            }
        }
    }
}

impl HandsCommand {
    fn read(
        words: &CommandWords<'_>,
        action: impl FnOnce(&mut GivenWords<'_>) -> Result<PhysicalAction, CommandError>,
    ) -> Result<HandsCommand, CommandError> {
        let mut given = GivenWords { arguments: words.sorted()? };
        let action = action(&mut given)?;
        given.finish()?;
        Ok(HandsCommand { target: given.arguments.target(Role::ChargePoint)?, action })
    }

    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        // The machine is there also while its link is down.
        let targets = context.resolve(Role::ChargePoint, &self.target, |_| true)?;
        let mut output = CommandOutput::default();
        let taken = context.submit(targets, LinkCommand::Act(self.action.clone()), &mut output);
        let action = self.action.to_string();
        context.conclude(&mut output, &taken, |names| format!("{names}: {}.", escape_control(&action)));
        Ok(output)
    }
}

impl fmt::Display for HandsCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = match self.action.clone() {
            PhysicalAction::Present { id_tag, connector } => PhysicalAction::Present { id_tag: quote(&id_tag), connector },
            PhysicalAction::Fault { error_code, info, connector } => {
                PhysicalAction::Fault { error_code, info: info.map(|info| quote(&info)), connector }
            }
            action => action,
        };
        write!(f, "{written}")?;
        write_target(f, Role::ChargePoint, &self.target)
    }
}
