//! Lines about SOAP: transports, addresses to call back, probes.

use crate::console::test_console::grammar;
use crate::console::{Command, SetCommand, StartSimulator, StationsCommand, Target, parse};
use crate::hub::{ChargePointOptions, SoapOptions};
use crate::ocpp::{Transport, Version};

fn command(line: &str) -> Command {
    parse(line, grammar()).unwrap_or_else(|error| panic!("{line}: {error}")).unwrap()
}

#[test]
fn transports_and_addresses() {
    let target = || Target::These(vec!["CP1".to_owned()]);
    let at = |url: Option<&str>| Command::Set(SetCommand::CallAt { target: target(), url: url.map(str::to_owned) });
    assert_eq!(command("set station CP1 callback=http://h:1/x"), at(Some("http://h:1/x")));
    assert_eq!(command("set station CP1 callback="), at(None));
    assert_eq!(command("probe CP1"), Command::Stations(StationsCommand::Probe { target: target() }));
    for wrong in ["set station", "set station CP1", "set station CP1 callback=h:1", "set station CP1 other=1"] {
        assert!(parse(wrong, grammar()).is_err(), "{wrong}");
    }
    for (name, transports) in [("soap", vec![Transport::Soap]), ("both", Transport::ALL.to_vec())] {
        let Command::Start(StartSimulator::CentralSystem(options)) = command(&format!("start_cs 9000 -t {name}")) else {
            panic!()
        };
        assert_eq!(options.transports, transports);
    }
}

#[test]
fn the_machine_of_a_charge_point_is_read_and_written() {
    let line = "start_cp ws://h:1 CP1 -p ocpp1.6 --autonomous --connectors 4 --cable fixed --profiles Core,Reservation --phases 3 \
                --max-current 16 --vendor ACME --model \"Box 2\" --serial \"\" --firmware 1.0 --certificate-key rsa --no-driver --quirk slow-boot \
                --quirk habits/mine.toml";
    let parsed = command(line);
    assert_eq!(parsed.to_string(), line);
    let Command::Start(StartSimulator::ChargePoint(options)) = parsed else { panic!() };
    assert_eq!((options.machine.equipment.connectors, options.machine.equipment.phases, options.machine.driver), (4, 3, false));
    assert_eq!(options.machine.quirks, ["slow-boot", "habits/mine.toml"]);
    let defaults = "start_cp ws://h:1 CP1";
    assert_eq!(command(&format!("{defaults} --connectors 2 --cable socket --phases 1 --max-current 32")).to_string(), defaults);
}

#[test]
fn a_charge_point_with_all_its_options() {
    let options = ChargePointOptions {
        ping_interval: 60,
        soap: Some(SoapOptions { from: Some("http://me".to_owned()), port: Some(9001), shared: false }),
        ..ChargePointOptions::new("http://localhost:9000/simulator", "CP 1", Version::V1_6)
    };
    let line = r#"start_cp http://localhost:9000/simulator "CP 1" -p ocpp1.6 -i 60 -t soap -f http://me -r 9001 --lively"#;
    assert_eq!(command(line), Command::Start(StartSimulator::ChargePoint(options)));
    for line in ["start_cp http://h CP1 -t soap -f http://me:1", "start_cp http://h CP1 -t soap -r 0"] {
        assert_eq!(command(line).to_string(), line, "a port that was not given is not printed");
    }
}
